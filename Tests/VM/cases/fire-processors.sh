# SPDX-License-Identifier: Apache-2.0
# Shows: a processor goes and comes under traffic
. "$CASES/lib"
with_fire processors 10
