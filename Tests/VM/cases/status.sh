# SPDX-License-Identifier: Apache-2.0
# Shows: toa status
. "$CASES/lib"
expect 0 toa status --json
says '"loaded"' stdout
expect 0 toa status
