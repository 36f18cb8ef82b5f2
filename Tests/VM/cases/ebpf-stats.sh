# SPDX-License-Identifier: Apache-2.0
# Shows: the counters of eBPF have the names that all vendors share
. "$CASES/lib-ebpf"
expect 0 toa stats
tail -n +2 stdout | awk '{ print $1 }' >names
for name in syn_recv_sock_toa syn_recv_sock_no_toa getname_toa_ok getname_toa_mismatch getname_toa_bypass getname_toa_empty; do
  echo $name
done >first
head -n 6 names | cmp - first || fail "the first counters are $(head -n 6 names | tr '\n' ' ')"
grep -qx late_option names || fail "there is no counter late_option"
expect 0 toa stats --json
[ "$(total_of getname_toa_ok)" -gt 0 ] || fail "no getpeername was answered with a client"
