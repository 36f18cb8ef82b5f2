# SPDX-License-Identifier: Apache-2.0
# Shows: install --backend ebpf, killed half way and started again
. "$CASES/lib-ebpf"
# Half way: a step stands, and the next one is not done.
killed_after done 1 toa install --backend ebpf -y
expect 0 toa install --backend ebpf -y
cat stdout stderr | grep -qiE 'interrupted|nothing to change' || fail "the install does not say that it found an interrupted one"
backend_is ebpf
find_generation
is_pinned sockops getpeername4 getpeername6
