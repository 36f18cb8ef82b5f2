# SPDX-License-Identifier: Apache-2.0
# Shows: one command, without a module
. "$CASES/lib-ebpf"
nothing_is_left
expect 0 toa install --backend ebpf -y
backend_is ebpf
not_loaded toa
find_generation
is_pinned sockops getpeername4 getpeername6
dpkg-query -W toa-ebpf
if dpkg-query -W 'toa-modules-*' 2>/dev/null | grep .; then fail "packages of the module are installed"; fi
