# SPDX-License-Identifier: Apache-2.0
# Shows: toa selftest, through eBPF
. "$CASES/lib-ebpf"
show toa selftest
backend_is ebpf
not_loaded toa
before=$(total_of syn_recv_sock_toa)
expect 0 toa selftest --json
cp stdout selftest.json
says '"schema"' selftest.json
count=$(grep -c '"expected"' selftest.json)
[ "$count" -ge 8 ] || fail "only $count cases in the self-test"
after=$(total_of syn_recv_sock_toa)
[ "$after" -gt "$before" ] || fail "the self-test passed but the programs counted no connection with an option"
