# SPDX-License-Identifier: Apache-2.0
# Loading takes less than 50 ms: the median of eleven, of the whole process. Judged is the CPU time, which others on the
# machine do not lengthen; loading waits for nothing.

LIMIT=50
cat >"$WORK/measured.py" <<'PYTHON'
import os
import sys
import time

before = time.monotonic()
child = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - before
if status:
    sys.exit("%s fails with status %d" % (" ".join(sys.argv[1:]), os.waitstatus_to_exitcode(status)))
print("%.1f %.1f" % ((used.ru_utime + used.ru_stime) * 1000, wall * 1000))
PYTHON

: >"$WORK/times"
for _ in {1..11}; do
  /usr/bin/python3 "$WORK/measured.py" "$TOA" load -q --backend ebpf --cgroup "$CGROUP/server" >>"$WORK/times"
  remember_objects
  unload
done
cpu=$(cut -d ' ' -f 1 "$WORK/times" | median)
wall=$(cut -d ' ' -f 2 "$WORK/times" | median)
if [ "${cpu%.*}" -lt $LIMIT ]; then
  pass "toa load takes $cpu ms of CPU time in the median, $wall ms in all (limit $LIMIT)"
else
  flunk "toa load takes $cpu ms of CPU time in the median, $wall ms in all" \
    "limit $LIMIT; all of them: $(cut -d ' ' -f 1 "$WORK/times" | paste -s -d ' ')"
fi
