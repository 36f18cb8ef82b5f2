# SPDX-License-Identifier: Apache-2.0
# Shows: this is the new kernel
. "$CASES/lib"
[ "$(uname -r)" = "$(newest_kernel)" ] || fail "$(uname -r) runs, and $(newest_kernel) is there"
uname -r >"$STATE/kernel"
