# SPDX-License-Identifier: Apache-2.0
# The same files come out of a second run.

same_again() {
  cp "$DIST/SHA256SUMS" "$WORK/first"
  "$REPO/Tools/dist.sh"
  diff "$WORK/first" "$DIST/SHA256SUMS"
}

check 'packages are the same bit for bit when they are made again' same_again
