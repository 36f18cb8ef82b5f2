# SPDX-License-Identifier: Apache-2.0
# Shows: uninstall, killed half way and started again
. "$CASES/lib"
killed_after undone 1 toa uninstall -y
expect 0 toa uninstall -y
not_loaded toa
