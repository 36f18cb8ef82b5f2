# SPDX-License-Identifier: Apache-2.0
# snapshot.sh FILE: writes the whole file system, a line per path with type, mode, owner, group, and the sha512 of a file
# (under emulation four times as fast as sha256) or the target of a link.
# snapshot.sh --since STAMP: prints the paths that changed in any way after STAMP was written.
set -f
without=$(sed -e '/^#/d' -e 's/.*/-o -path &/' "${0%/*}/not-compared" | tr '\n' ' ')
without="( ${without#-o } ) -prune"

if [ "$1" = --since ]; then
  # shellcheck disable=SC2086
  exec find / $without -o ! -type d -cnewer "$2" -print
fi

# shellcheck disable=SC2086
find / $without -o ! -type f -printf '%y %m %U %G %p -> %l\n' -o -printf '%y %m %U %G %p\n' >"$1.list"
sed -n 's/^f [0-9]* [0-9]* [0-9]* //p' "$1.list" | tr '\n' '\0' | xargs -0 sha512sum >"$1.sums"
grep -v '^f ' "$1.list" >"$1"
awk 'NR == FNR { sum = $1; path = $0; sub(/^\\?[0-9a-f]+  /, "", path); sums[path] = sum; next }
  /^f / { path = $0; sub(/^f [0-9]+ [0-9]+ [0-9]+ /, "", path); print $0 " sha512:" sums[path] }' "$1.sums" "$1.list" >>"$1"
LC_ALL=C sort -k5 -o "$1" "$1"
rm -f "$1.list" "$1.sums"
