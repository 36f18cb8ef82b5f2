# SPDX-License-Identifier: Apache-2.0
# Shows: the open connections, with the clients behind the load balancer, through eBPF
. "$CASES/lib-ebpf"
[ $# = 0 ] || {
  expect 0 toa table
  [ "$(sed -n 1p stdout | tr -s ' ')" = "client balancer local option" ] || fail "the heading is '$(sed -n 1p stdout)'"
  tail -n +2 stdout | tr -s ' ' | sort >seen
  sort held | cmp -s - seen || fail "the table differs: $(sort held | diff - seen | grep '^[-+][^-+]' | head -n 4 | tr '\n' ';')"
  expect 0 toa table --json
  says "\"total\" : $(wc -l <held)" stdout
  exit
}
hold -c 400 held sh -eu "$CASES/ebpf-table.sh" open
[ "$(wc -l <held)" -gt 400 ] || fail "only $(wc -l <held) connections were held open"
[ "$(total_of alloc_failed)" = 0 ] || fail "no memory for $(total_of alloc_failed) addresses"
# Closed ones have gone.
expect 0 toa table --json
says '"total" : 0' stdout
