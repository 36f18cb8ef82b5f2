# SPDX-License-Identifier: Apache-2.0
# Shows: every option in every shape of a handshake
. "$CASES/lib"
with_module cases
