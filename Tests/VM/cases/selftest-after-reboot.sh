# SPDX-License-Identifier: Apache-2.0
# Shows: the client address is still seen
. "$CASES/lib"
is_loaded toa
expect 0 toa selftest
note "client address seen after reboot"
