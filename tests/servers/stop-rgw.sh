#!/usr/bin/env bash
# Stops what start-rgw.sh started in DIR, if it is still running: stop-rgw.sh DIR
set -euo pipefail
# shellcheck source=common.sh
. "$(cd -- "$(dirname -- "$0")" && pwd -P)/common.sh"

[ $# -eq 1 ] || die "usage: stop-rgw.sh DIR"
stop_all "$1"
