# SPDX-License-Identifier: Apache-2.0
# Prints the whole file system: a line per path with type, mode, owner, group, and the sha512 of a file (under emulation
# four times as fast as sha256) or the target of a link.
# Left out is only what a running Debian writes by itself:
#   /proc /sys /dev /run /tmp      not on the disk, or not kept
#   /var/tmp/job /var/tmp/toa-vm   this harness
#   /var/log                       logs and the journal
#   /var/lib/dpkg/*-old            dpkg's own backups of its files
#   /var/cache/ldconfig            a cache that ldconfig renews whenever a package is configured
#   /var/tmp/systemd-private-*     private /tmp of services, named anew at each boot
#   /var/lib/systemd               timer stamps, random seed, coredump list
find / \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp/job -o -path /var/tmp/toa-vm \
  -o -path '/var/tmp/systemd-private-*' -o -path /var/log -o -path /var/lib/systemd -o -path /var/cache/ldconfig -o -path '/var/lib/dpkg/*-old' \) -prune \
  -o ! -type f -printf '%y %m %U %G %p -> %l\n' \
  -o -type f -printf '%y %m %U %G %p\n' | LC_ALL=C sort -k5 >"$1.list"
sed -n 's/^f [0-9]* [0-9]* [0-9]* //p' "$1.list" | tr '\n' '\0' | xargs -0 sha512sum >"$1.sums"
grep -v '^f ' "$1.list" >"$1"
awk 'NR == FNR { sum = $1; path = $0; sub(/^\\?[0-9a-f]+  /, "", path); sums[path] = sum; next }
  /^f / { path = $0; sub(/^f [0-9]+ [0-9]+ [0-9]+ /, "", path); print $0 " sha512:" sums[path] }' "$1.sums" "$1.list" >>"$1"
LC_ALL=C sort -k5 -o "$1" "$1"
rm -f "$1.list" "$1.sums"
