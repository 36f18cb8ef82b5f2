# SPDX-License-Identifier: Apache-2.0
# Shows: eBPF as an rpm: installed with its unit, verified, taken out, the same packages as before
. "$CASES/lib-ebpf"
rpm -qa | LC_ALL=C sort >before
expect 0 toa install --backend ebpf -y
backend_is ebpf
not_loaded toa
find_generation
is_pinned sockops getpeername4 getpeername6
expect 0 rpm -V toa-ebpf
systemctl list-dependencies --plain sysinit.target | grep -qw toa-ebpf.service || fail "systemd does not start toa-ebpf.service"
if rpm -qa 'kmod-toa-*' toa-modules-common | grep .; then fail "packages of the module are installed"; fi
expect 0 toa selftest
expect 0 toa uninstall -y
nothing_is_left
if systemctl cat toa-ebpf.service >/dev/null 2>&1; then fail "systemd still knows toa-ebpf.service"; fi
rpm -qa | LC_ALL=C sort >after
diff before after || fail "other packages than before: $(diff before after | grep '^[<>]' | tr '\n' ' ')"
