# SPDX-License-Identifier: Apache-2.0
# Shows: as fire-malformed, for a long time
. "$CASES/lib"
LIMIT=900 with_fire malformed 100000
