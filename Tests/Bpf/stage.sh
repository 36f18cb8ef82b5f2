#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the cases: started by run.sh as the first process of the namespaces; all others end with it.
set -euo pipefail
. "$BPF_DIR/lib/common.sh"
. "$BPF_DIR/lib/case.sh"

# The longest that one file of cases may take on a busy machine.
PATIENCE=${PATIENCE:-240}

cd "$WORK"
ip link set lo up
for address in $LB4 $UNTRUSTED4; do ip address add "$address/32" dev lo; done
for address in $LB6 $UNTRUSTED6; do ip address add "$address/128" dev lo nodad; done
"$BIN/inject" attach "$BIN/inject.bpf.o" "$CGROUP/client" "$WORK/bpf"
remember_objects
. "$BPF_DIR/lib/servers.sh"

# Everything that a case starts by itself is a client.
echo 0 >"$CGROUP/client/cgroup.procs"
for name; do
  status=0
  file=$BPF_DIR/cases/$name.sh
  case $name in */*) file=$name ;; esac
  started=$(now_ms)
  timeout -k 5 "$PATIENCE" bash -euo pipefail -c '. "$BPF_DIR/lib/common.sh"; . "$BPF_DIR/lib/case.sh"; . "$1"' "$name" \
    "$file" </dev/null || status=$?
  case $status in
    0) ;;
    124 | 137) echo "FAIL $name: not done after $PATIENCE s" ;;
    *) echo "FAIL $name: ended early with status $status" ;;
  esac
  printf '     %s: %d ms\n' "$name" $(($(now_ms) - started))
  # Each file finds and leaves TOA unloaded.
  remember_objects
  unload
done
find /sys/fs/bpf/toa 2>/dev/null >"$WORK/state/pins" || true
echo "end of stage"
