# SPDX-License-Identifier: Apache-2.0
# Shows: the same of the fallback hook
. "$CASES/lib"
kernel_modules gcm ctr ghash-generic
for program in cases elsewhere tracers unloads sleeping; do with_module $program hook=kretprobe; done
