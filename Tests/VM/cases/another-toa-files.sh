# SPDX-License-Identifier: Apache-2.0
# Shows: the files of another TOA in /proc/net are noticed by the module itself
. "$CASES/lib"
for name in toa_stats toa_table; do
  # A /proc that shows such a file, only to the one who loads.
  if unshare -m sh -euc "mount -t tmpfs none /proc; mkdir /proc/net; : >/proc/net/$name; insmod /lib/modules/$(uname -r)/updates/toa.ko"; then
    fail "loaded next to a foreign /proc/net/$name"
  fi
  kernel_says "TOA: there is a /proc/net/$name already: unload the other TOA module first"
  not_loaded toa
  for left in toa_stats toa_table; do
    [ ! -e /proc/net/$left ] || fail "/proc/net/$left is left behind"
  done
done
