# SPDX-License-Identifier: Apache-2.0
# Shows: a kernel that wants signed modules
. "$CASES/lib"
grep -q 'module.sig_enforce=1' /proc/cmdline || fail "this case needs module.sig_enforce=1"
expect 12 toa install --backend module -y
not_loaded toa
