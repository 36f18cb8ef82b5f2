# SPDX-License-Identifier: Apache-2.0
# Shows: the hook on getsockopt leaves every call that is not its own as it was
. "$CASES/lib-ebpf"
traps >off
expect 0 toa load --backend ebpf
traps >without
expect 0 toa load --backend ebpf --getsockopt
traps >with
expect 0 toa unload
count=$(wc -l <off)
[ "$count" -gt 10000 ] || fail "only $count calls were made"
cmp -s off without || fail "without --getsockopt: $(diff off without | grep -c '^+[^+]') of $count calls differ"
# The kernel itself refuses a negative length before it asks a program (docs/backends.md).
for name in off with; do sed -E 's/( -1:) (-1|0) [0-9]+ /\1 R E /' "$name" >"$name.but-negative"; done
if ! cmp -s off.but-negative with.but-negative; then
  diff off.but-negative with.but-negative | grep '^[-+][^-+]' | head -n 40
  fail "with --getsockopt: $(diff off.but-negative with.but-negative | grep -c '^+[^+]') of $count calls differ"
fi
note "$count unrelated calls are unchanged"
