# SPDX-License-Identifier: Apache-2.0
# Harness: never ends.
sleep 1000
