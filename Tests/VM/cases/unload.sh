# SPDX-License-Identifier: Apache-2.0
# Shows: toa unload
. "$CASES/lib"
expect 0 toa unload
not_loaded toa
kernel_says "TOA: TOA unloaded"
for name in toa_stats toa_table; do
  [ ! -e /proc/net/$name ] || fail "/proc/net/$name is still there"
done
expect 0 toa unload
