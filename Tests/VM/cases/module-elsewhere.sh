# SPDX-License-Identifier: Apache-2.0
# Shows: swallowed ACKs, late options and SYNs, each for its own connection only
. "$CASES/lib"
with_module elsewhere
