#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dist-repo.sh [--sign KEY] FOLDER [PACKAGE...]: lays packages out as repositories, FOLDER/apt and FOLDER/yum, made anew.
#
# The packages of toa in dist/ and the debs and rpms that are named. KEY is one of gpg's: it signs apt's Release and yum's
# repomd.xml. Without it the repositories are not signed, and hosts have to be told so.
set -euo pipefail
umask 022
export LC_ALL=C

fail() {
  echo "error: $1" >&2
  echo "  fix: $2" >&2
  exit 1
}
here=$(cd "$(dirname "$0")/.." && pwd)
key=
if [ "${1:-}" = --sign ]; then key=$2; shift 2; fi
[ $# -ge 1 ] || { echo "usage: ${0##*/} [--sign KEY] FOLDER [PACKAGE...]" >&2; exit 64; }
folder=$1
shift
for program in apt-ftparchive createrepo_c xz; do
  command -v "$program" >/dev/null || fail "$program is not installed" 'apt-get install apt-utils createrepo-c xz-utils'
done
[ -z "$key" ] || gpg --list-secret-keys "$key" >/dev/null 2>&1 || fail "gpg has no secret key $key" 'gpg --list-secret-keys'

shopt -s nullglob
packages=("$here"/dist/toa_*.deb "$here"/dist/toa-*.rpm "$@")
[ ${#packages[@]} -gt 0 ] || fail 'there are no packages' 'make dist'
epoch=$(sed -nE 's/^let toaReleaseTime: Int64 = ([0-9_]+)$/\1/p' "$here/Sources/ToaKit/System/Version.swift" | tr -d _)

mkdir -p "$folder"
rm -rf "$folder/apt.new" "$folder/yum.new"
architectures='' rpms=0
for package in "${packages[@]}"; do
  case $package in
  *.deb)
    name=$(dpkg-deb -f "$package" Package)
    architecture=$(dpkg-deb -f "$package" Architecture)
    # "all" is listed with every architecture.
    [ "$architecture" = all ] || architectures="$architectures $architecture"
    mkdir -p "$folder/apt.new/pool/main/${name:0:1}/$name"
    cp "$package" "$folder/apt.new/pool/main/${name:0:1}/$name/"
    ;;
  *.rpm)
    mkdir -p "$folder/yum.new/Packages"
    cp "$package" "$folder/yum.new/Packages/"
    rpms=$((rpms + 1))
    ;;
  *) fail "$package is neither a deb nor an rpm" 'name packages only' ;;
  esac
done
architectures=$(tr ' ' '\n' <<<"$architectures" | sort -u | xargs)

if [ -d "$folder/apt.new" ]; then
  [ -n "$architectures" ] || architectures=$(dpkg --print-architecture)
  cd "$folder/apt.new"
  for architecture in $architectures; do
    binary=dists/stable/main/binary-$architecture
    mkdir -p "$binary"
    apt-ftparchive --arch "$architecture" packages pool >"$binary/Packages"
    xz -k "$binary/Packages"
  done
  apt-ftparchive -o APT::FTPArchive::Release::Origin=toa -o APT::FTPArchive::Release::Label=toa \
    -o APT::FTPArchive::Release::Suite=stable -o APT::FTPArchive::Release::Codename=stable \
    -o APT::FTPArchive::Release::Components=main -o "APT::FTPArchive::Release::Architectures=$architectures" \
    release dists/stable >Release.new
  mv Release.new dists/stable/Release
  if [ -n "$key" ]; then
    gpg --batch --yes --local-user "$key" --clearsign --output dists/stable/InRelease dists/stable/Release
    gpg --batch --yes --local-user "$key" --armor --detach-sign --output dists/stable/Release.gpg dists/stable/Release
    gpg --armor --export "$key" >toa.asc
  fi
  cd - >/dev/null
fi
if [ -d "$folder/yum.new" ]; then
  createrepo_c --quiet --revision "$epoch" --set-timestamp-to-revision "$folder/yum.new"
  if [ -n "$key" ]; then
    gpg --batch --yes --local-user "$key" --armor --detach-sign "$folder/yum.new/repodata/repomd.xml"
    gpg --armor --export "$key" >"$folder/yum.new/toa.asc"
  fi
fi

# Whoever reads it meets the old one, the new one, or for a moment none.
for part in apt yum; do
  [ -d "$folder/$part.new" ] || continue
  rm -rf "${folder:?}/$part"
  mv "$folder/$part.new" "$folder/$part"
done
folder=$(cd "$folder" && pwd)
echo "apt: $folder/apt, $((${#packages[@]} - rpms)) debs for $architectures; yum: $folder/yum, $rpms rpms"
if [ -n "$key" ]; then
  echo "signed by $key, whose public half is in apt/toa.asc and yum/toa.asc; rpms themselves are not signed: gpgcheck=0, repo_gpgcheck=1"
else
  echo 'not signed: hosts take it only with [trusted=yes] (apt), gpgcheck=0 (yum)'
fi
