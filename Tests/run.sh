#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All tests of what `make dist` made. Those of transparent proxying and of packages run beside the VM tests, which wait for downloads
# at first: one after the other, each into a log that is shown when it has ended. Those of eBPF have limits of time, and the machine to
# themselves.
# Ends 0 only when all passed.
#
#   run.sh [options of Tests/VM/run.sh]
set -euo pipefail
. "$(dirname "$0")/VM/lib/common.sh"
need_root
# Each installs what it needs; two at a time would wait for dpkg's lock.
for setup in Dist VM Packages Bpf; do "$REPO/Tests/$setup/setup.sh"; done
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

beside() {
  local name status failed=0
  for name in "Bpf/run.sh transparent" Dist/run.sh Packages/run.sh; do
    status=0
    # A file of cases takes several times as long as alone.
    # shellcheck disable=SC2086
    PATIENCE=1200 "$REPO"/Tests/$name >"$logs/log" 2>&1 || status=$?
    { echo "Tests/$name"; sed 's/^/  /' "$logs/log"; echo "Tests/$name: exit status $status"; } >&2
    [ "$status" = 0 ] || failed=1
  done
  return $failed
}

status=0
"$REPO/Tests/Bpf/run.sh" ebpf || status=1
beside & pid=$!
"$VM_DIR/run.sh" "$@" || status=1
wait "$pid" || status=1
exit "$status"
