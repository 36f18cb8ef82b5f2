# SPDX-License-Identifier: Apache-2.0
# Shows: install, killed after every step and started again
. "$CASES/lib"
expect 0 toa install -y --dry-run
[ ! -e "$JOURNAL" ] || fail "a dry run wrote the journal"
killed_after done 1 toa install -y
# Compiling takes a minute here, so from now on the module is one that is there already.
expect 0 toa build --out repository --layout
repository=$PWD/repository
expect 0 toa install -y --dry-run --from "$repository"
grep -q "^1. take toa.ko" stdout || fail "the module of the repository is not taken: $(head -n 1 stdout)"
steps=$(grep -cE '^[0-9]+\. ' stdout)
[ "$steps" -ge 4 ] || fail "the dry run shows $steps steps"
# Each run first undoes what the last one left.
for step in $(seq $steps); do killed_after done "$step" toa install -y --from "$repository"; done
expect 0 toa install -y --from "$repository"
cat stdout stderr | grep -qiE 'interrupted|nothing to change' || fail "the install does not say that it found an interrupted one"
is_loaded toa
rm -r "$repository"
