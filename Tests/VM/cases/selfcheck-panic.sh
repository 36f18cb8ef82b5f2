# SPDX-License-Identifier: Apache-2.0
# Harness: the kernel crashes.
echo c >/proc/sysrq-trigger
