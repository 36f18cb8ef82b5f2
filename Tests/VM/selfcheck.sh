#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests the harness itself: a guest that panics, warns, hangs, goes away or keeps a result back must count as failed; and the
# same of a locked-down guest, which cannot end by its own exit code, and of one of arm64, which has another way to say it.
#
#   selfcheck.sh [KERNEL]    (6.1)
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"

kernel=${1:-6.1}
module=$("$VM_DIR/build.sh" --other "$kernel")
passed=0 failed=0 suffix=""

# check CASE STATUS REASON [PARAMETERS]: the guest must end this way, and say why.
check() {
  local name=$1${4:+-${4#lockdown=}}$suffix log status=0 limit=120
  log=$CACHE/log/selfcheck-$name.log
  [ "$1" != hang ] || limit=40
  "$VM_DIR/guest.sh" --toa /bin/busybox --module "$module" --name "selfcheck-$name" --timeout $limit --append "${4:-}" \
    "$kernel" "selfcheck-$1" >"$log" 2>&1 || status=$?
  if [ "$status" = "$2" ] && grep -qE "$3" "$log"; then
    echo "harness $name ok"
    passed=$((passed + 1))
  else
    echo "harness $name FAIL: status $status instead of $2, or no word of '$3'; see $log"
    failed=$((failed + 1))
  fi
}

mkdir -p "$CACHE/log" "$CACHE/run/selfcheck"
started=$(seconds)
check pass 0 "1 cases passed"
check fail 1 "FAILED: a case failed"
check panic 1 "FAILED: the kernel complained"
check warn 1 "FAILED: the kernel complained"
check hang 1 "FAILED: the guest hung"
check poweroff 1 "FAILED: the guest ended by itself"
check no-marker 1 "FAILED: no end marker"
check lost-result 1 "FAILED: 0 results for 1 cases"
locked=lockdown=confidentiality
check pass 0 "1 cases passed" lockdown=integrity
check pass 0 "1 cases passed" $locked
check fail 1 "FAILED: a case failed" $locked
check panic 1 "FAILED: the kernel complained" $locked
check poweroff 1 "FAILED: no file of results came out" $locked
check no-file 1 "FAILED: no file of results came out" $locked
check no-word 1 "FAILED: no end marker on the console" $locked
kernel=arm64-6.1 suffix=-arm64
module=$("$VM_DIR/build.sh" --other "$kernel")
check pass 0 "1 cases passed"
check fail 1 "FAILED: a case failed"
check panic 1 "FAILED: the kernel complained"
check warn 1 "FAILED: the kernel complained"
check poweroff 1 "FAILED: the guest ended by itself"
check no-marker 1 "FAILED: no end marker"
echo "$passed $failed $(($(seconds) - started))" >"$CACHE/run/selfcheck/result"
echo "harness: $passed passed, $failed failed"
[ "$failed" = 0 ]
