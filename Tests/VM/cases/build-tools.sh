# SPDX-License-Identifier: Apache-2.0
# Shows: the compiler and the headers are back
. "$CASES/lib"
restore
gcc-12 --version
[ -e "/lib/modules/$(uname -r)/build/Makefile" ] || fail "the headers are not there"
