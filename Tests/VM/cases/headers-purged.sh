# SPDX-License-Identifier: Apache-2.0
# Shows: the headers' package is not installed, and no network to get it from
. "$CASES/lib"
dpkg --purge --force-depends "linux-headers-$(uname -r)"
expect 21 toa install -y
says "linux-headers-$(uname -r)" stderr
