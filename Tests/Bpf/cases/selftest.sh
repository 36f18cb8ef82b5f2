# SPDX-License-Identifier: Apache-2.0
# The self-test proves itself: with --getsockopt all of its connections pass but those that only the module can have, and the
# counters say exactly what it sent; without TOA those that need it fail.

status=0
"$TOA" selftest --json >"$WORK/selftest.json" || status=$?
same "without TOA the self-test fails" 15 "$status"
load --getsockopt
status=0
"$TOA" selftest --json >"$WORK/selftest.json" 2>"$WORK/selftest.err" || status=$?
same "with TOA the self-test passes" "0 " "$status $(tail -n 3 "$WORK/selftest.err")"
# ran PATTERN: how many of the cases that ran, on one line each, have it
ran() {
  awk '/^ *"/ { line = line $0 } /^ *},?$/ { if (line ~ /"microseconds"/ && line !~ /"skipped"/) print line; line = "" }' \
    "$WORK/selftest.json" | grep -c "$1"
}
cases=$(ran '"passed" : true') positive=$(ran '"isPositive" : true')
like "every case that ran has passed" "2[0-9]" "$cases"
same "what only the module can have is not applicable" \
  "v4-deferred v4-deferred-no-option v4-last-of-four v4-last-of-three v4-late-overtaken v4-syn v4-syn-and-ack" \
  "$(awk -F '"' '$2 == "name" { name = $4 } $2 == "skipped" { print name }' "$WORK/selftest.json" | sort | xargs)"
# The late option comes when the connection has been counted already.
same "every positive case is counted once, the others and the late one as without an option" \
  "$((positive - 1)) $((cases - positive + 1)) 1" "$(counter syn_recv_sock_toa syn_recv_sock_no_toa late_option)"
# Two clients of IPv6 on IPv4 sockets cannot be named: accept and getpeername keep the load balancer.
same "accept and getpeername of each" "$(((positive - 2) * 2)) 4" "$(counter getname_toa_ok getname_toa_mismatch)"
same "getsockopt, untrusted, malformed" "3 3 4" "$(counter getsockopt_ok untrusted malformed)"
same "every address is freed" "$positive $positive" "$(counter entry_alloc entry_free)"
same "no cgroup of the self-test is left" "" "$(find "$CGROUP/server" -name 'toa-selftest*')"
