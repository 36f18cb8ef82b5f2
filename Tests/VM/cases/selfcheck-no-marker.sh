# SPDX-License-Identifier: Apache-2.0
# Harness: the good exit status, but neither result nor end marker.
debug-exit 42
