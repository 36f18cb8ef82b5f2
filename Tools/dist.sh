#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes from dist/toa its deb and its rpm, with manual pages, completions, documentation and licences, and SHA256SUMS of all.
# The same source gives the same bytes.
set -euo pipefail
umask 022
export LC_ALL=C
cd "$(dirname "$0")/.."

fail() {
  echo "error: $1" >&2
  exit 1
}
[ -x dist/toa ] || fail 'dist/toa is not there: make static'
for program in dpkg-deb rpmbuild gzip perl; do
  command -v "$program" >/dev/null || fail "$program is not installed: apt-get install dpkg-dev rpm perl gzip"
done

version=$(dist/toa --version)
epoch=$(sed -nE 's/^let toaReleaseTime: Int64 = ([0-9_]+)$/\1/p' Sources/ToaKit/System/Version.swift | tr -d _)
[ -n "$epoch" ] || fail 'Sources/ToaKit/System/Version.swift tells no time of release'
maintainer=${TOA_MAINTAINER:-$(git log -1 --format='%an <%ae>' 2>/dev/null || echo 'toa on this machine <root@localhost>')}
export SOURCE_DATE_EPOCH=$epoch
architecture=$(dpkg --print-architecture)
machine=$(uname -m)

work=.build/dist
rm -rf "$work"
mkdir -p "$work"
rm -f dist/toa_*.deb dist/toa-*.rpm dist/SHA256SUMS

fill() {
  sed -e "s|@VERSION@|$version|g" -e "s|@ARCHITECTURE@|$2|g" -e "s|@MAINTAINER@|$maintainer|g" -e "s|@SIZE@|${3:-}|g" \
    -e "s|@DATE@|$(date -u -d "@$epoch" '+%a %b %d %Y')|g" "$1"
}

# What both packages have. Only the places of licences and of zsh's completions differ.
common() {
  local stage=$1 shell
  mkdir -p "$stage/usr/bin" "$stage/usr/share/man/man8" "$stage/usr/share/bash-completion/completions" \
    "$stage/usr/share/fish/vendor_completions.d" "$stage/$2" "$stage/usr/share/doc/toa"
  cp dist/toa "$stage/usr/bin/toa"
  for page in "$work"/man/*.8; do gzip -9 -n -c "$page" >"$stage/usr/share/man/man8/${page##*/}.gz"; done
  # It is sourced, so that the first line says nothing.
  dist/toa --generate-completion-script bash | sed '1{/^#!/d}' >"$stage/usr/share/bash-completion/completions/toa"
  dist/toa --generate-completion-script zsh >"$stage/$2/_toa"
  dist/toa --generate-completion-script fish >"$stage/usr/share/fish/vendor_completions.d/toa.fish"
  cp README.md docs/*.md "$stage/usr/share/doc/toa/"
}

finish() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -exec chmod 644 {} +
  chmod 755 "$1/usr/bin/toa"
  find "$1" -depth -exec touch --no-dereference --date="@$epoch" {} +
}

deb() {
  local stage=$work/deb size
  common "$stage" usr/share/zsh/vendor-completions
  mkdir -p "$stage/DEBIAN" "$stage/usr/share/lintian/overrides"
  cp packaging/deb/copyright "$stage/usr/share/doc/toa/copyright"
  cp packaging/deb/lintian-overrides "$stage/usr/share/lintian/overrides/toa"
  gzip -9 -n -c CHANGELOG.md >"$stage/usr/share/doc/toa/changelog.gz"
  printf 'toa (%s-1) unstable; urgency=medium\n\n  * See /usr/share/doc/toa/changelog.gz.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date -u -R -d "@$epoch")" | gzip -9 -n >"$stage/usr/share/doc/toa/changelog.Debian.gz"
  (cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$work/md5sums"
  # KiB as dpkg-gencontrol counts: whole ones of each file, one for each folder.
  size=$(find "$stage/usr" -printf '%y %s\n' | awk '{ kib += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print kib }')
  fill packaging/deb/control "$architecture" "$size" >"$stage/DEBIAN/control"
  mv "$work/md5sums" "$stage/DEBIAN/md5sums"
  finish "$stage"
  dpkg-deb --root-owner-group -Zxz --build "$stage" dist >/dev/null
}

rpm() {
  local top=$PWD/$work/rpm
  common "$top/SOURCES/stage" usr/share/zsh/site-functions
  mkdir -p "$top/SOURCES/stage/usr/share/licenses/toa"
  cp LICENSES/*.txt packaging/deb/copyright "$top/SOURCES/stage/usr/share/licenses/toa/"
  cp CHANGELOG.md "$top/SOURCES/stage/usr/share/doc/toa/"
  finish "$top/SOURCES/stage"
  fill packaging/rpm/toa.spec "$machine" >"$work/toa.spec"
  rpmbuild -bb --quiet --define "_topdir $top" --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' \
    --define 'clamp_mtime_to_source_date_epoch 1' --define '_binary_payload w6.xzdio' "$work/toa.spec" >"$work/rpm.log" 2>&1 || {
    cat "$work/rpm.log" >&2
    exit 1
  }
  cp "$top/RPMS/$machine/toa-$version-1.$machine.rpm" dist/
}

Tools/manual.sh dist/toa "$work/man" "$(date -u -d "@$epoch" +%F)"
deb
rpm
(cd dist && sha256sum toa toa_*.deb toa-*.rpm >SHA256SUMS)
(cd dist && ls -s --block-size=KB -- *.deb *.rpm)
