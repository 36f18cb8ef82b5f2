# SPDX-License-Identifier: Apache-2.0
# Shows: a second install changes nothing
. "$CASES/lib"
sh "${CASES%/cases}/snapshot.sh" one
expect 0 toa install -y --json
sh "${CASES%/cases}/snapshot.sh" two
diff one two || fail "the second install changed files"
expect 0 toa install -y
grep -qiE 'nothing to do|already|no change' stdout || fail "the second install does not say that nothing changed"
