# SPDX-License-Identifier: Apache-2.0
# Shows: one command
. "$CASES/lib"
expect 0 toa install -y
is_loaded toa
kernel_says "TOA: toa load success"
dpkg-query -W "toa-modules-$(uname -r)"
