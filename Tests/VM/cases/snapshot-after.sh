# SPDX-License-Identifier: Apache-2.0
# Shows: after uninstall: compare every file
. "$CASES/lib"
sh "${CASES%/cases}/snapshot.sh" "$STATE/after"
[ -s "$STATE/before" ] || fail "there is no snapshot from before"
diff "$STATE/before" "$STATE/after" >difference || true
if [ -s difference ]; then
  cut -c1-200 difference >&3
  cut -c1-200 difference | head -n 60
  fail "difference after uninstall: $(grep -c '^[<>]' difference) lines"
fi
note "difference after uninstall: empty"
