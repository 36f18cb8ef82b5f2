# SPDX-License-Identifier: Apache-2.0
# Shows: a new kernel is installed, as every update of EL does it
. "$CASES/lib"
expect 0 dnf -y upgrade
next=$(newest_kernel)
[ "$next" != "$(uname -r)" ] || fail "dnf brought no kernel"
says "toa.ko: /lib/modules/$next/extra/toa/toa.ko" "stdout"
