#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what making and testing the packages needs on a Debian or Ubuntu machine. Quiet when all of it is there.
set -eu

missing=""
want() { # PROGRAM PACKAGE
  PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || missing="$missing $2"
}

want debootstrap debootstrap
want xz xz-utils
want zstd zstd
want flock util-linux
want rpmbuild rpm
want lintian lintian
want rpmlint rpmlint
want createrepo_c createrepo-c
want apt-ftparchive apt-utils
want gpg gpg
want gpgconf gpgconf
want man man-db
want groff groff
want modinfo kmod
want zsh zsh
want fish fish
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "error: missing packages:$missing" >&2
  echo "  fix: sudo apt-get install$missing" >&2
  exit 1
fi
echo "installing:$missing" >&2
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
if ! { apt-get -q update && apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "error: apt-get could not install:$missing" >&2
  echo "  fix: read the lines above; the tests of packages need a Debian or Ubuntu machine with a reachable mirror" >&2
  exit 1
fi
rm -f "$log"
