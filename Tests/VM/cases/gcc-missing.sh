# SPDX-License-Identifier: Apache-2.0
# Shows: without any compiler, and no network to get one from
. "$CASES/lib"
mkdir -p "$STATE/gcc"
mv /usr/bin/gcc /usr/bin/gcc-11 /usr/bin/gcc-12 "$STATE/gcc/"
status=0
(expect 11 toa install -y) || status=$?
mv "$STATE/gcc/"* /usr/bin/
[ "$status" = 0 ] || fail "without gcc 'toa install' does not exit 11"
says gcc-12 stderr
