# SPDX-License-Identifier: Apache-2.0
# Shows: toa unload, and nothing of eBPF is left
. "$CASES/lib-ebpf"
expect 0 toa unload
nothing_is_left
mounts >mounts
cmp "$OUT/ebpf-load/mounts" mounts || fail "other mounts than before: $(diff "$OUT/ebpf-load/mounts" mounts | tr '\n' ';')"
bpf-objects >objects
cmp "$OUT/ebpf-load/objects" objects || fail "the kernel keeps $(diff "$OUT/ebpf-load/objects" objects | tr '\n' ';')"
# So the self-test sees the load balancer only.
expect 15 toa selftest --json
expect 0 toa unload
