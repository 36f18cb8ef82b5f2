# SPDX-License-Identifier: Apache-2.0
# Shows: after the reboot, systemd loaded the module
. "$CASES/lib"
is_loaded toa
systemctl is-active systemd-modules-load.service
kernel_says "TOA: toa load success"
expect 0 toa status
