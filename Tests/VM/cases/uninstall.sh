# SPDX-License-Identifier: Apache-2.0
# Shows: and out again
. "$CASES/lib"
expect 0 toa uninstall -y
not_loaded toa
