# SPDX-License-Identifier: Apache-2.0
# The self-test proves itself: with --getsockopt all of its connections pass but those that only the module can have, which end as
# documented, and the counters say exactly what it sent; without TOA those that need it fail.

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
cases=$(ran '"outcome" : "passed"') positive=$(ran '"isPositive" : true.*"outcome" : "passed"') limited=$(ran '"outcome" : "limited"')
like "every case that ran has passed, but for the limits of eBPF" "3[0-9] 3 0" "$cases $limited $(ran '"outcome" : "failed"')"
# named KEY [VALUE]: the cases that have it
named() { awk -F '"' -v key="$1" -v value="${2:-}" '$2 == "name" { name = $4 } $2 == key && (value == "" || $4 == value) { print name }' "$WORK/selftest.json" | sort | xargs; }
same "what no profile of eBPF can ask for is not applicable" "v4-deferred-no-option v4-last-of-four v4-last-of-three v4-syn-and-ack" \
  "$(named skipped)"
same "what eBPF cannot give is the load balancer, as expected" "v4-deferred v4-late-overtaken v4-syn" "$(named outcome limited)"
# The late option comes when the connection has been counted already.
same "every positive case is counted once, the others and the late one as without an option" \
  "$((positive - 1)) $((cases - positive + limited + 1)) 1" "$(counter syn_recv_sock_toa syn_recv_sock_no_toa late_option)"
# Two clients of IPv6 on IPv4 sockets cannot be named: accept and getpeername keep the load balancer.
same "accept and getpeername of each" "$(((positive - 2) * 2)) 4" "$(counter getname_toa_ok getname_toa_mismatch)"
same "getsockopt, untrusted, malformed" "3 3 4" "$(counter getsockopt_ok untrusted malformed)"
same "every address is freed" "$positive $positive" "$(counter entry_alloc entry_free)"
same "no cgroup of the self-test is left" "" "$(find "$CGROUP/server" -name 'toa-selftest*')"

# Each option with each handshake on each kind of socket.
status=0
"$TOA" selftest --all --junit "$WORK/junit.xml" --json >"$WORK/selftest.json" 2>"$WORK/selftest.err" || status=$?
same "with --all the self-test passes" "0 " "$status $(tail -n 3 "$WORK/selftest.err")"
# The three of the run without it; then four options on three kinds of socket, IPv6 clients by each of two socket calls on IPv4.
like "each option, handshake and kind of socket" "1[6-9][0-9] 59 0" \
  "$(ran '"outcome" : "passed"') $(ran '"outcome" : "limited"') $(ran '"outcome" : "failed"')"
same "nothing is named beyond the limits" 0 "$(ran '"outcome" : "beyondLimit"')"
same "Python reads the JUnit report" "$(grep -c '"microseconds"' "$WORK/selftest.json") 0" "$(/usr/bin/python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
print(len(suite.findall("testcase")), suite.get("failures"))' "$WORK/junit.xml")"
for vendor in lvs dpvs tencent-clb tencent-gaap ksyun huawei-elb ucloud alibaba-cdn; do
  load --getsockopt --profile "$vendor,-syn"
  status=0
  "$TOA" selftest --all --profile $vendor --json >"$WORK/selftest.json" 2>"$WORK/selftest.err" || status=$?
  same "all of $vendor" "0 0 0" "$status $(ran '"outcome" : "failed"') $(ran '"outcome" : "beyondLimit"')"
done
load --profile 200/8
status=0
"$TOA" selftest --profile lvs --json >"$WORK/selftest.json" 2>"$WORK/selftest.err" || status=$?
same "a profile whose options are not read fails" "15 0" "$status $([ "$(ran '"outcome" : "failed"')" -gt 3 ]; echo $?)"
