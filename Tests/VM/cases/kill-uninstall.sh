# SPDX-License-Identifier: Apache-2.0
# Shows: uninstall, killed half way and started again
. "$CASES/lib"
journal=/var/lib/toa/journal
toa uninstall -y >killed 2>&1 &
pid=$!
while ! grep -q '"undone"' "$journal"; do
  kill -0 $pid 2>/dev/null || { cat killed; fail "the uninstall ended before it could be killed"; }
  sleep 0.02
done
kill -9 $pid
status=0
wait $pid || status=$?
cat killed
[ $status = 137 ] || fail "the uninstall ended with $status instead of being killed"
while pidof dpkg depmod >/dev/null; do sleep 0.5; done
expect 0 toa uninstall -y
not_loaded toa
