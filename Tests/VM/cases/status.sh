# SPDX-License-Identifier: Apache-2.0
# Shows: toa status
. "$CASES/lib"
expect 0 toa status --json
says '"working"' stdout
says '"live"' stdout
expect 0 toa status
