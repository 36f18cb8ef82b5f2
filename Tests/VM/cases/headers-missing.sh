# SPDX-License-Identifier: Apache-2.0
# Shows: without the kernel's headers
. "$CASES/lib"
mv "/lib/modules/$(uname -r)/build" "$STATE/build"
status=0
(expect 21 toa install -y) || status=$?
mv "$STATE/build" "/lib/modules/$(uname -r)/build"
tail -n 1 stderr
[ "$status" = 0 ] || fail "without headers 'toa install' does not exit 21"
says "linux-headers-$(uname -r)" stderr
