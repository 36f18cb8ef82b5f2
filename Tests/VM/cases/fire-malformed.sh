# SPDX-License-Identifier: Apache-2.0
# Shows: handshakes that make no sense: nothing in the kernel log, counters add up
. "$CASES/lib"
with_fire malformed 10000
