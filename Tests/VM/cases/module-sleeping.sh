# SPDX-License-Identifier: Apache-2.0
# Shows: unloading behind tasks that sleep
. "$CASES/lib"
with_module sleeping
