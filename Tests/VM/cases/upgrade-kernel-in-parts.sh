# SPDX-License-Identifier: Apache-2.0
# Shows: a new kernel is installed, its image today and its headers tomorrow
. "$CASES/lib"
archives=/var/cache/apt/archives
expect 0 dpkg -i $archives/linux-image-*.deb
next=$(newest_kernel)
[ "$next" != "$(uname -r)" ] || fail "the new kernel is not there"
if modinfo -k "$next" toa >/dev/null 2>&1; then fail "$next has a module without having headers"; fi
expect 0 toa status --json
rest=$(find $archives -name '*.deb' ! -name 'linux-image-*')
# shellcheck disable=SC2086
expect 0 dpkg -i $rest
