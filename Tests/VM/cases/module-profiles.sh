# SPDX-License-Identifier: Apache-2.0
# Shows: profiles of vendors, refused ones, changes while loaded
. "$CASES/lib"
with_module profiles
