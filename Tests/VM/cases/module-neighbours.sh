# SPDX-License-Identifier: Apache-2.0
# Shows: other modules that want the same name, socket calls or functions
. "$CASES/lib"
with_module neighbours /other
