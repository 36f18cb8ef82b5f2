# SPDX-License-Identifier: Apache-2.0
# Shows: neither a compiler nor headers, and no network to get them from
. "$CASES/lib"
without "linux-headers-$(uname -r)" linux-compiler-gcc-12-x86 gcc gcc-12 gcc-11 make
for program in cc gcc gcc-11 gcc-12 make; do
  if command -v $program; then fail "$program is still there"; fi
done
if [ -e "/lib/modules/$(uname -r)/build/Makefile" ]; then fail "the headers are still there"; fi
