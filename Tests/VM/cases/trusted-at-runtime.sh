# SPDX-License-Identifier: Apache-2.0
# Shows: the trusted prefixes change without a reload
. "$CASES/lib"
parameter=/sys/module/toa/parameters/trusted
before=$(cat $parameter)
echo 203.0.113.0/24 >$parameter
[ "$(cat $parameter)" = 203.0.113.0/24 ] || fail "written 203.0.113.0/24, reads $(cat $parameter)"
# A list that does not parse is refused and changes nothing.
for bad in 203.0.113.0/33 nonsense 10.0.0.0/8,300.1.1.1/8; do
  if echo "$bad" >$parameter 2>/dev/null; then fail "'$bad' was accepted"; fi
  [ "$(cat $parameter)" = 203.0.113.0/24 ] || fail "after refusing '$bad' the list reads $(cat $parameter)"
done
# The self-test takes its load balancer from the list: addresses are believed from there now, and from nowhere else.
expect 0 toa selftest
says "203.0.113." stdout
echo "$before" >$parameter
expect 0 toa selftest
says "10." stdout
