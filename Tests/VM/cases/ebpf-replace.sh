# SPDX-License-Identifier: Apache-2.0
# Shows: loaded with other settings: replaced while connections are open
. "$CASES/lib-ebpf"
[ $# = 0 ] || {
  expect 0 toa load --backend ebpf --trust "$1"
  find_generation
  [ "$generation" != "$(cat generation)" ] || fail "still generation $generation after --trust $1"
  is_pinned sockops getpeername4 getpeername6
  [ "$(ours | grep -c '^link')" = 3 ] || fail "not three links: $(ours | tr '\n' ';')"
  # Open connections keep their clients.
  expect 0 toa table
  tail -n +2 stdout | tr -s ' ' | sort >seen
  sort held | cmp -s - seen || fail "after the replacement: $(sort held | diff - seen | grep '^[-+][^-+]' | head -n 4 | tr '\n' ';')"
  exit
}
find_generation
echo "$generation" >generation
# 'hold' also connects from 203.0.113.2, with an option that nobody believes.
hold held toa table >before
if grep -F 203.0.113.2: before; then fail "203.0.113.2 was believed from the beginning"; fi
hold held sh -eu "$CASES/ebpf-replace.sh" 203.0.113.0/24
hold held toa table >after
says 203.0.113.2: after
says 10.9.0.2: after
expect 0 toa selftest
# Without --trust it is the standard list again.
expect 0 toa load --backend ebpf
hold held toa table >again
if grep -F 203.0.113.2: again; then fail "203.0.113.2 is still believed"; fi
expect 0 toa selftest
