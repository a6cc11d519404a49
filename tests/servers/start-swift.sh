#!/usr/bin/env bash
# Starts a throwaway OpenStack Swift with its S3 interface (s3api, tempauth) on 127.0.0.1.
#
#   start-swift.sh DIR [PORT]     S3 on PORT (8090), the storage servers on the three ports after it; everything it writes is in DIR
#
# Swift comes from the Python environment $SWIFT_VENV (target/swift of this repository).
# The user: key test:tester, secret testing, region us-east-1. Path style, or virtual hosts under s3.localhost.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
# shellcheck source=common.sh
. "$here/common.sh"

[ $# -ge 1 ] && [ $# -le 2 ] || die "usage: start-swift.sh DIR [PORT]"
port=${2:-8090}
venv=${SWIFT_VENV:-$(dirname "$(dirname "$here")")/target/swift}
need_commands "make the environment with: python3 -m venv '$venv' && '$venv/bin/pip' install -r '$here/swift-requirements.txt'" \
    "$venv/bin/python" "$venv/bin/swift-ring-builder" "$venv/bin/swift-proxy-server"
need_commands "on Debian: apt-get install curl" curl
need_ports "$port" $((port + 3))
dir=$(new_directory "$1")
trap '[ $? -eq 0 ] || "$here/stop-swift.sh" "$dir"' EXIT
mkdir -p "$dir"/{etc,srv/d1,cache}

printf '[swift-hash]\nswift_hash_path_prefix = throwaway\nswift_hash_path_suffix = throwaway\n' >"$dir/etc/swift.conf"

# Swift reads only /etc/swift/swift.conf; this puts ours in its place.
cat >"$dir/launch.py" <<'PYTHON'
import runpy
import sys

import swift.common.utils as utils
utils.SWIFT_CONF_FILE = sys.argv[1]
import swift.common.constraints as constraints
constraints.reload_constraints()

sys.argv = sys.argv[2:]
sys.path.insert(0, "")
runpy.run_path(sys.argv[0], run_name="__main__")
PYTHON

# settings PORT: what the four servers share. The log goes to the console; nothing goes to syslog (a UDP port where nobody listens).
# There is one copy of each object, and the machine is busy: a server that is slow to accept must be waited for, never skipped for a minute.
settings() {
    cat <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
user = $(id -un)
swift_dir = $dir/etc
workers = 0
log_udp_host = 127.0.0.1
log_udp_port = $port
conn_timeout = 20
node_timeout = 60
error_suppression_limit = 1000000
CONF
}

launch() {
    setsid "$venv/bin/python" "$dir/launch.py" "$dir/etc/swift.conf" "$venv/bin/swift-$1-server" "$dir/etc/$1.conf" --verbose \
        </dev/null >"$dir/log/$1.log" 2>&1 &
    echo $! >"$dir/run/$1.pid"
    disown
}

ring() { timeout 60 "$venv/bin/swift-ring-builder" "$dir/etc/$1.builder" "${@:2}" >>"$dir/log/rings.log" 2>&1; }

storage_port=$port
for kind in account container object; do
    storage_port=$((storage_port + 1))
    ring $kind create 4 1 0 || die "cannot make the $kind ring; see $dir/log/rings.log"
    ring $kind add "r1z1-127.0.0.1:$storage_port/d1" 1 || die "cannot fill the $kind ring; see $dir/log/rings.log"
    ring $kind rebalance || [ $? -eq 1 ] || die "cannot balance the $kind ring; see $dir/log/rings.log"
    {
        settings "$storage_port"
        cat <<CONF
devices = $dir/srv
mount_check = false
disable_fallocate = true
recon_cache_path = $dir/cache
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
    } >"$dir/etc/$kind.conf"
    launch $kind
done

{
    settings "$port"
    cat <<CONF
[pipeline:main]
pipeline = catch_errors proxy-logging cache listing_formats s3api tempauth copy slo dlo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
storage_domain = s3.localhost
s3_acl = false
force_swift_request_proxy_log = false
CONF
} >"$dir/etc/proxy.conf"
launch proxy

wait_until_ready 60 "$dir" "$port" test:tester testing
echo "swift answers at http://127.0.0.1:$port after $SECONDS s"
