# SPDX-License-Identifier: Apache-2.0
# Shows: with the headers of another kernel
. "$CASES/lib"
link=/lib/modules/$(uname -r)/build
target=$(readlink "$link")
cp -a "$target" "$STATE/headers"
sed -i 's/"6\.1\.[^"]*"/"6.1.0-1-cloud-amd64"/' "$STATE/headers/include/generated/utsrelease.h"
echo 6.1.0-1-cloud-amd64 >"$STATE/headers/include/config/kernel.release"
ln -sfn "$STATE/headers" "$link"
status=0
(
  expect 21 toa build --out built
  says_error "error: the headers are for 6.1.0-1-cloud-amd64, not for $(uname -r)
    $link leads to headers of another kernel; a module built there is refused, and with the release changed in a Makefile it
    would be taken and read wrong memory
    -> apt-get install linux-headers-$(uname -r)"
  expect 21 toa install --backend module -y
  says_error "error: the headers are for 6.1.0-1-cloud-amd64, not for $(uname -r)
    $link leads to headers of another kernel; a module built there is refused, and with the release changed in a Makefile it
    would be taken and read wrong memory
    -> apt-get install linux-headers-$(uname -r)"
  expect 0 toa doctor --json
  says 'eBPF works here without it' stdout
) || status=$?
ln -sfn "$target" "$link"
rm -rf "$STATE/headers"
exit "$status"
