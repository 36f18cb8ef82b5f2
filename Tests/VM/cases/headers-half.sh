# SPDX-License-Identifier: Apache-2.0
# Shows: with headers of which a file is missing, as an interrupted installation leaves them
. "$CASES/lib"
file=$(readlink -f "/lib/modules/$(uname -r)/build")/include/generated/autoconf.h
mv "$file" "$STATE/autoconf.h"
status=0
(
  expect 21 toa build --out built
  says_error "error: the headers of kernel $(uname -r) are incomplete
    missing: include/generated/autoconf.h
    -> apt-get install --reinstall linux-headers-$(uname -r)"
  expect 21 toa install --backend module -y
  says_error "error: the headers of kernel $(uname -r) are incomplete
    missing: include/generated/autoconf.h
    -> apt-get install --reinstall linux-headers-$(uname -r)"
  expect 21 toa build --explain
  says 'are incomplete' stdout
) || status=$?
mv "$STATE/autoconf.h" "$file"
exit "$status"
