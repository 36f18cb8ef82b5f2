# SPDX-License-Identifier: Apache-2.0
# snapshot.sh FILE: writes the whole file system, a line per path with type, mode, owner, group, and the sha512 of a file
# (under emulation four times as fast as sha256) or the target of a link. The sums of files that nobody has touched since the disk
# was made are taken from the file 'known', the snapshot of that time, whose date says which these are: no program can set back the
# time at which the kernel last saw a file change.
# snapshot.sh --since STAMP: prints the paths that changed in any way after STAMP was written.
set -f
here=${0%/*}
without=$(sed -e '/^#/d' -e 's/.*/-o -path &/' "$here/not-compared" | tr '\n' ' ')
without="( ${without#-o } ) -prune"

if [ "$1" = --since ]; then
  # shellcheck disable=SC2086
  exec find / $without -o ! -type d -cnewer "$2" -print
fi

known=/dev/null
touched=""
if [ -e "$here/known" ]; then known=$here/known touched="-cnewer $known"; fi

# shellcheck disable=SC2086
find / $without -o ! -type f -printf '%y %m %U %G %p -> %l\n' -o -printf '%y %m %U %G %p\n' >"$1.list"
# shellcheck disable=SC2086
find / $without -o -type f $touched -print >"$1.touched"
# Paths that are to be summed up: touched, or not known.
awk '{ path = $0 } FILENAME == ARGV[1] { sub(/ sha512:[0-9a-f]+$/, "", path); if (sub(/^f [0-9]+ [0-9]+ [0-9]+ /, "", path)) known[path] = 1; next }
  FILENAME == ARGV[2] { touched[$0] = 1; next }
  sub(/^f [0-9]+ [0-9]+ [0-9]+ /, "", path) && ((path in touched) || !(path in known)) { print path }' \
  "$known" "$1.touched" "$1.list" | tr '\n' '\0' | xargs -0 -r sha512sum >"$1.sums"
awk '{ path = $0 } FILENAME == ARGV[1] { if (sub(/^f [0-9]+ [0-9]+ [0-9]+ /, "", path)) { sum = path; sub(/.* sha512:/, "", sum); sub(/ sha512:[0-9a-f]+$/, "", path); sums[path] = sum } next }
  FILENAME == ARGV[2] { sum = $1; sub(/^\\?[0-9a-f]+  /, "", path); sums[path] = sum; next }
  sub(/^f [0-9]+ [0-9]+ [0-9]+ /, "", path) { print $0 " sha512:" sums[path]; next }
  { print }' "$known" "$1.sums" "$1.list" | LC_ALL=C sort -k5 -o "$1"
rm -f "$1.list" "$1.touched" "$1.sums"
