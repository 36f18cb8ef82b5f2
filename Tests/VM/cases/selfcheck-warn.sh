# SPDX-License-Identifier: Apache-2.0
# Harness: the kernel warns, and goes on unless panic_on_warn is set.
insmod /other/toa.ko warn=1
