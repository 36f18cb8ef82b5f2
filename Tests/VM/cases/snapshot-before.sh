# SPDX-License-Identifier: Apache-2.0
# Shows: a bare Debian: remember every file
. "$CASES/lib"
sh "${CASES%/cases}/snapshot.sh" "$STATE/before"
count=$(wc -l <"$STATE/before")
[ "$count" -gt 5000 ] || fail "the snapshot has only $count paths"
grep -c ' sha512:[0-9a-f]\{128\}$' "$STATE/before"
note "$count paths remembered"
