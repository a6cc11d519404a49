#!/usr/bin/env bash
# Starts a throwaway Ceph (a monitor, an OSD in memory, and the S3 gateway, radosgw) on 127.0.0.1.
#
#   start-rgw.sh DIR [PORT]     S3 on PORT (7480), the cluster on the fifteen ports after it; everything it writes is in DIR
#
# The users mirror a provider where the project is the user and each key pair is one of its subusers:
#   p12345678     PROJECTKEYA000000000 and PROJECTKEYB000000000, two keys of one project
#   p87654321     OTHERPROJECTKEY00000
# The secret of each is its key ID in lowercase, followed by "+/secret". Path style, or virtual hosts under s3.localhost.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
# shellcheck source=common.sh
. "$here/common.sh"

[ $# -ge 1 ] && [ $# -le 2 ] || die "usage: start-rgw.sh DIR [PORT]"
port=${2:-7480}
need_commands "on Debian: apt-get install --no-install-recommends ceph-common ceph-mon ceph-osd radosgw curl" \
    ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin curl
need_ports "$port" $((port + 15))
dir=$(new_directory "$1")
trap '[ $? -eq 0 ] || "$here/stop-rgw.sh" "$dir"' EXIT
mkdir -p "$dir"/{mon,osd,rgw}

monitor="[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]"
cluster=$(cat /proc/sys/kernel/random/uuid)
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $cluster
mon host = $monitor
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = $((port + 3))
ms bind port max = $((port + 15))
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
run dir = $dir/run
admin socket =
pid file = $dir/run/\$name.pid
log file = $dir/log/\$name.log
mon cluster log file = $dir/log/cluster.log
crash dir = $dir/log
keyring = $dir/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.05
paxos min wait = 0.01
mon tick interval = 1
[mon.a]
mon data = $dir/mon
[osd.0]
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd class load list = *
osd class default list = *
[client.admin]
pid file =
[client.rgw]
rgw data = $dir/rgw
rgw frontends = beast endpoint=127.0.0.1:$port
rgw dns name = s3.localhost
rgw enable usage log = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw thread pool size = 16
debug rgw = ${RGW_DEBUG:-1}
CONF

unset CEPH_ARGS CEPH_KEYRING
export CEPH_CONF="$dir/ceph.conf"
in_time() { timeout --kill-after=5 60 "$@" </dev/null >>"$dir/log/start.log" 2>&1 || die "failed: $*; see $dir/log"; }
# The configuration is also named on the command line, by which the stop script recognises the process as its own.
daemon() { in_time "$1" -c "$dir/ceph.conf" "${@:2}"; }
admin() { in_time radosgw-admin -c "$dir/ceph.conf" -n client.admin "$@"; }

in_time ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
for name in client.admin client.rgw; do
    in_time ceph-authtool "$dir/keyring" --gen-key -n "$name" --cap mon 'allow *' --cap osd 'allow *'
done
in_time ceph-authtool "$dir/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'

in_time monmaptool --create --clobber --fsid "$cluster" --addv a "$monitor" "$dir/monmap"
daemon ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
daemon ceph-mon -i a
disk=$(cat /proc/sys/kernel/random/uuid)
daemon ceph osd new "$disk"
daemon ceph-osd -i 0 --mkfs --osd-uuid "$disk"
daemon ceph-osd -i 0
daemon radosgw -n client.rgw

secret() { echo "${1,,}+/secret"; }
project_key() {
    admin subuser create --uid="$1" --subuser="$1:$2" --access=full --key-type=s3 --access-key="$2" --secret-key="$(secret "$2")"
}
admin user create --uid=p12345678 --display-name=Project
admin user create --uid=p87654321 --display-name='Other project'
project_key p12345678 PROJECTKEYA000000000
project_key p12345678 PROJECTKEYB000000000
project_key p87654321 OTHERPROJECTKEY00000

wait_until_ready 60 "$dir" "$port" PROJECTKEYA000000000 "$(secret PROJECTKEYA000000000)"
echo "radosgw answers at http://127.0.0.1:$port after $SECONDS s"
