# SPDX-License-Identifier: Apache-2.0
# Shows: install --backend ebpf, killed half way and started again
. "$CASES/lib-ebpf"
journal=/var/lib/toa/journal
toa install --backend ebpf -y >killed 2>&1 &
pid=$!
# Half way: a step stands, and the next one is not done.
while ! grep -qs '^{"done"' "$journal"; do
  kill -0 $pid 2>/dev/null || { cat killed; fail "the install ended before a step was in the journal"; }
  sleep 0.2
done
kill -9 $pid
status=0
wait $pid || status=$?
cat killed
[ $status = 137 ] || fail "the install ended with $status instead of being killed"
while pidof dpkg >/dev/null; do sleep 0.5; done
expect 0 toa install --backend ebpf -y
cat stdout stderr | grep -qiE 'interrupted|nothing to change' || fail "the install does not say that it found an interrupted one"
backend_is ebpf
find_generation
is_pinned sockops getpeername4 getpeername6
