# SPDX-License-Identifier: Apache-2.0
# Shows: 500 load and unload cycles under traffic
. "$CASES/lib"
stress_cycles 500
