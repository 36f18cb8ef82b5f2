# SPDX-License-Identifier: Apache-2.0
# The self-test proves itself: with every ability all of its connections pass, and the counters say exactly what it sent;
# without TOA those that need it fail.

status=0
"$TOA" selftest --json >"$WORK/selftest.json" || status=$?
same "without TOA the self-test fails" 15 "$status"
load --getsockopt
status=0
"$TOA" selftest --json >"$WORK/selftest.json" 2>"$WORK/selftest.err" || status=$?
same "with TOA the self-test passes" "0 " "$status $(tail -n 3 "$WORK/selftest.err")"
count() { grep -c "\"$1\" : $2" "$WORK/selftest.json"; }
cases=$(count passed true) positive=$(count isPositive true)
# One line says it of the whole.
cases=$((cases - 1))
like "no case is skipped" "2[0-9] 0" "$cases $(grep -c '"skipped"' "$WORK/selftest.json")"
same "every positive case is counted once, the others as without an option" "$positive $((cases - positive))" \
  "$(counter syn_recv_sock_toa syn_recv_sock_no_toa)"
# Two clients of IPv6 on IPv4 sockets cannot be named: accept and getpeername keep the load balancer.
same "accept and getpeername of each" "$(((positive - 2) * 2)) 4" "$(counter getname_toa_ok getname_toa_mismatch)"
same "getsockopt, untrusted, malformed" "3 3 3" "$(counter getsockopt_ok untrusted malformed)"
same "every address is freed" "$positive $positive" "$(counter entry_alloc entry_free)"
same "no cgroup of the self-test is left" "" "$(find "$CGROUP/server" -name 'toa-selftest*')"
