# SPDX-License-Identifier: Apache-2.0
# Harness: passes.
true
