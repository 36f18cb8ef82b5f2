# SPDX-License-Identifier: Apache-2.0
# Shows: a second install changes nothing
. "$CASES/lib"
echo now >stamp
sleep 0.1
timed expect 0 toa install -y
all=$seconds
cat stdout stderr | grep -qi 'nothing to change' || fail "the second install does not say that nothing changed"
sh "${CASES%/cases}/snapshot.sh" --since "$PWD/stamp" >changed
[ ! -s changed ] || fail "the second install changed $(tr '\n' ' ' <changed)"
# What it cannot do without: its own start, and the proof.
timed expect 0 toa --version
start=$seconds
timed expect 0 toa selftest
note "second install: $all s; of that the self-test $seconds s, of which the program's start is $start s"
