# SPDX-License-Identifier: Apache-2.0
# Shows: the kernel's own tracers and BPF programs on the same functions
. "$CASES/lib"
with_module tracers
