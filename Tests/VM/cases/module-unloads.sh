# SPDX-License-Identifier: Apache-2.0
# Shows: unloading with open connections and behind tasks that sleep
. "$CASES/lib"
kernel_modules gcm ctr ghash-generic
with_module unloads
