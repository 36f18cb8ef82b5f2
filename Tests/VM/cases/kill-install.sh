# SPDX-License-Identifier: Apache-2.0
# Shows: install, killed after every step and started again
. "$CASES/lib"
expect 0 toa install -y --dry-run
[ ! -e "$JOURNAL" ] || fail "a dry run wrote the journal"
steps=$(grep -cE '^[0-9]+\. ' stdout)
[ "$steps" -ge 4 ] || fail "the dry run shows $steps steps"
# Each run first undoes what the last one left.
for step in $(seq $steps); do killed_after done "$step" toa install -y; done
expect 0 toa install -y
cat stdout stderr | grep -qiE 'interrupted|nothing to change' || fail "the install does not say that it found an interrupted one"
is_loaded toa
