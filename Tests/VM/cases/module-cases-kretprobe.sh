# SPDX-License-Identifier: Apache-2.0
# Shows: every option in every shape, with the fallback hook
. "$CASES/lib"
with_module cases hook=kretprobe
