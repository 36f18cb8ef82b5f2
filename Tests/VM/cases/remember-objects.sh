# SPDX-License-Identifier: Apache-2.0
# Shows: let the compiler remember its objects, to install many times
. "$CASES/lib"
mv /usr/bin/gcc-12 /usr/bin/gcc-12.real
cp "${CASES%/cases}/remember-gcc" /usr/bin/gcc-12
chmod 755 /usr/bin/gcc-12
gcc-12 --version
