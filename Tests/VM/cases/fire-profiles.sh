# SPDX-License-Identifier: Apache-2.0
# Shows: the profile changes under traffic
. "$CASES/lib"
with_fire profiles 1000
