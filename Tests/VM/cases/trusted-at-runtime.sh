# SPDX-License-Identifier: Apache-2.0
# Shows: the trusted prefixes change without a reload
. "$CASES/lib"
parameter=/sys/module/toa/parameters/trusted
before=$(cat $parameter)
echo 192.0.2.0/24 >$parameter
[ "$(cat $parameter)" = 192.0.2.0/24 ] || fail "written 192.0.2.0/24, reads $(cat $parameter)"
# A list that does not parse is refused and changes nothing.
for bad in 192.0.2.0/33 nonsense 10.0.0.0/8,300.1.1.1/8; do
  if echo "$bad" >$parameter 2>/dev/null; then fail "'$bad' was accepted"; fi
  [ "$(cat $parameter)" = 192.0.2.0/24 ] || fail "after refusing '$bad' the list reads $(cat $parameter)"
done
# The self-test's load balancer lives in a private prefix, and is not believed now.
expect 15 toa selftest
echo "$before" >$parameter
expect 0 toa selftest
