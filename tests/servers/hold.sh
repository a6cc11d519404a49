#!/usr/bin/env bash
# Runs a server for as long as standard input stays open: hold.sh START STOP DIR PORT
#
# Prints "ready" when the server answers. However the process at the other end finishes, its end of the pipe closes and the server
# stops. A second run on the same DIR waits for the first to end.
set -euo pipefail

exec 9>"$3.lock"
flock --wait 120 9 || {
    echo "hold.sh: another run still uses $3" >&2
    exit 1
}
trap '"$2" "$3"' EXIT
"$1" "$3" "$4" >&2 9>&-
echo ready
cat >/dev/null
