# SPDX-License-Identifier: Apache-2.0
# Shows: network namespaces end with open connections
. "$CASES/lib"
with_fire namespaces 10
