#!/usr/bin/env bash
# Runs a server for as long as standard input stays open: hold.sh START STOP DIR PORT
# Prints "ready" when it answers. However the process at the other end finishes, its end of the pipe closes and the server stops.
set -euo pipefail
trap '"$2" "$3"' EXIT
"$1" "$3" "$4" >&2
echo ready
cat >/dev/null
