# SPDX-License-Identifier: Apache-2.0
# Shows: with the hook on getsockopt, which is only there when asked for
. "$CASES/lib-ebpf"
expect 0 toa load --backend ebpf --getsockopt
find_generation
is_pinned sockops getpeername4 getpeername6 getsockopt
[ "$(ours | grep -c '^link')" = 4 ] || fail "not four links: $(ours | tr '\n' ';')"
expect 0 toa selftest --json
cp stdout selftest.json
expect 0 toa load --backend ebpf
find_generation
[ ! -e "$PINS/$generation/getsockopt" ] || fail "getsockopt is still hooked"
[ "$(ours | grep -c '^link')" = 3 ] || fail "not three links: $(ours | tr '\n' ';')"
