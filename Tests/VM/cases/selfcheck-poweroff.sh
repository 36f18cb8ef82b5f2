# SPDX-License-Identifier: Apache-2.0
# Harness: the machine goes away, which QEMU reports as status 0.
echo o >/proc/sysrq-trigger
sleep 60
