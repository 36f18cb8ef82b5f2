# SPDX-License-Identifier: Apache-2.0
# Shows: the same with the fallback hook
. "$CASES/lib"
kernel_modules gcm ctr ghash-generic
with_module unloads hook=kretprobe
