# SPDX-License-Identifier: Apache-2.0
# Shows: with another gcc than the kernel's
. "$CASES/lib"
mkdir -p "$STATE/gcc"
mv /usr/bin/gcc-12 "$STATE/gcc/"
target=$(readlink /usr/bin/gcc)
ln -sfn gcc-11 /usr/bin/gcc
status=0
(expect 11 toa install -y) || status=$?
ln -sfn "$target" /usr/bin/gcc
mv "$STATE/gcc/gcc-12" /usr/bin/
[ "$status" = 0 ] || fail "with gcc-11 'toa install' does not exit 11"
says gcc-12 stderr
