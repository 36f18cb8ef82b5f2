#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what making and testing the packages needs on a Debian or Ubuntu machine. Quiet when all of it is there.
set -eu
. "$(dirname "$0")/../../Tools/apt.sh"

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
want_file /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
install_missing
