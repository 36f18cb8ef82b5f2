#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes .static/lib/libkmod.a from Debian's kmod source: Debian ships no static libkmod, and kmod's configure refuses to.
#
# The source is fetched with an apt state of its own under .static/: the machine's sources and dpkg database stay as they are.
# Mirror, suite and version are those that the installed libkmod-dev came from.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
place=$(dirname "$here")/.static
library=$place/lib/libkmod.a
log=$place/libkmod.log

fail() {
  printf 'error: %s\n' "$1" >&2
  [ ! -s "$log" ] || tail -n 20 "$log" >&2
  exit 1
}

source_version=$(dpkg-query -W -f '${source:Version}' libkmod-dev 2>/dev/null) ||
  fail 'libkmod-dev is not installed: run Tools/setup.sh'
stamp="kmod $source_version $(cat "$here/libkmod-static.sh" "$here/libkmod/config.h" | sha256sum | cut -c 1-64)"
if [ -f "$library" ] && [ "$(cat "$place/libkmod.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

work=$place/kmod
rm -rf "$work"
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/objects" "$place/lib"
: >"$log"

# madison prints "libkmod-dev | version | address suite/component arch Packages"; the first Debian archive will do.
origin=$(apt-cache madison libkmod-dev | awk -F ' *[|] *' '{ split($3, word, " "); split(word[2], part, "/")
  print word[1], part[1], part[2]; exit }')
[ -n "$origin" ] || fail 'apt knows no archive that has libkmod-dev: run apt-get update'
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -f "$keyring" ]; then option="[signed-by=$keyring] "; else option=; fi
echo "deb-src $option$origin" >"$work/apt/sources.list"

private_apt() {
  apt-get -qq -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" \
    -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root "$@"
}

{
  cd "$work"
  private_apt update
  private_apt source --download-only "kmod=$source_version" || private_apt source --download-only kmod
} >>"$log" 2>&1 || fail "cannot fetch the source package kmod $source_version"

# apt has checked the files against the archive's signature.
dpkg-source --no-check --extract ./*.dsc source >>"$log" 2>&1 || fail 'cannot unpack the source package kmod'

cd "$work/source"
for file in libkmod/libkmod*.c shared/*.c; do
  ${CC:-cc} -O2 -ffunction-sections -fdata-sections -ffile-prefix-map="$PWD=kmod" -include "$here/libkmod/config.h" \
    -I. -Ilibkmod -DSYSCONFDIR='"/etc"' -DANOTHER_BRICK_IN_THE \
    -c "$file" -o "../objects/$(basename "$file" .c).o" >>"$log" 2>&1 || fail "cannot compile $file of kmod $source_version"
done
rm -f "$library"
ar rcsD "$library" ../objects/*.o
cp COPYING "$place/libkmod.LGPL-2.1.txt" 2>/dev/null || cp libkmod/COPYING "$place/libkmod.LGPL-2.1.txt"
rm -rf "$work"
echo "$stamp" >"$place/libkmod.stamp"
