# SPDX-License-Identifier: Apache-2.0
# Shows: toa selftest
. "$CASES/lib"
show toa selftest
expect 0 toa selftest --json
cp stdout selftest.json
says '"expected"' selftest.json
says '"schema"' selftest.json
# Every case tells what it expected; a self-test of fewer than eight cases has lost some.
count=$(grep -o '"expected"' selftest.json | wc -l)
[ "$count" -ge 8 ] || fail "only $count cases in the self-test"
[ "$(stat_of syn_recv_sock_toa)" -gt 0 ] || fail "the self-test passed but the module counted no connection with an option"
