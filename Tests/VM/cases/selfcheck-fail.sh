# SPDX-License-Identifier: Apache-2.0
# Harness: fails like any case.
. "$CASES/lib"
expect 0 false
