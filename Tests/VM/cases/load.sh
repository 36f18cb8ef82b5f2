# SPDX-License-Identifier: Apache-2.0
# Shows: toa load
. "$CASES/lib"
expect 0 toa load
is_loaded toa
kernel_says "TOA: toa load success"
expect 0 toa load
