# SPDX-License-Identifier: Apache-2.0
# Shows: whom the module believes, and its other parameters
. "$CASES/lib"
with_module trust
