# SPDX-License-Identifier: Apache-2.0
# Shows: nothing of eBPF is left in the kernel, and no mount
. "$CASES/lib-ebpf"
nothing_is_left
mounts >mounts
grep -q '^bpf ' "$STATE/mounts" && grep -q '^cgroup2 ' "$STATE/mounts" || fail "this Debian had no bpffs or cgroup2 from the beginning"
cmp "$STATE/mounts" mounts || fail "other mounts than before: $(diff "$STATE/mounts" mounts | grep '^[<>]' | tr '\n' ';')"
if systemctl cat toa-ebpf.service >/dev/null 2>&1; then fail "systemd still knows toa-ebpf.service"; fi
status=0
early >seen || status=$?
[ $status = 1 ] || fail "a server ends with $status: $(cat seen)"
says "accept 10.9.0.2:" seen
