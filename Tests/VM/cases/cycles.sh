# SPDX-License-Identifier: Apache-2.0
# Shows: 200 load and unload cycles under traffic
. "$CASES/lib"
[ -x /bin/stress ] || fail "there is no stress program in this guest"
ko="/lib/modules/$(uname -r)/updates/toa.ko"
stress >traffic &
traffic=$!
cycle=0
while [ $cycle -lt 200 ]; do
  insmod "$ko" || fail "cycle $cycle: does not load"
  usleep 20000
  [ "$cycle" = 199 ] && break
  rmmod toa || fail "cycle $cycle: does not unload"
  cycle=$((cycle + 1))
done
kill -INT "$traffic"
wait "$traffic" || fail "traffic ended with $?: $(tail -n 1 traffic)"
alloc=$(stat_of entry_alloc) free=$(stat_of entry_free)
[ "$alloc" = "$free" ] || fail "entry_alloc $alloc, entry_free $free"
rmmod toa
