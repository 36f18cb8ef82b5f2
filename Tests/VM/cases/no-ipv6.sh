# SPDX-License-Identifier: Apache-2.0
# Shows: a kernel that was started without IPv6
. "$CASES/lib"
[ ! -e /proc/net/if_inet6 ] || fail "this kernel has IPv6"
with_module cases
kernel_says "TOA: IPv4 only, there is no IPv6: -97"
