# SPDX-License-Identifier: Apache-2.0
# Shows: one command, where DKMS is installed
. "$CASES/lib"
expect 0 toa install -y
is_loaded toa
dpkg-query -W toa-dkms
dkms status | tee dkms-status
grep -q "^toa/.*$(uname -r).*: installed" dkms-status || fail "DKMS does not say that toa is installed"
