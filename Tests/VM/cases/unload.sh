# SPDX-License-Identifier: Apache-2.0
# Shows: toa unload
. "$CASES/lib"
expect 0 toa unload
not_loaded toa
kernel_says "TOA: TOA unloaded"
[ ! -e /proc/net/toa_stats ] || fail "/proc/net/toa_stats is still there"
expect 0 toa unload
