# SPDX-License-Identifier: Apache-2.0
# Shows: a second install changes nothing
. "$CASES/lib"
echo now >stamp
sleep 0.1
timed expect 0 toa install -y
note "second install: $seconds s"
cat stdout stderr | grep -qi 'nothing to change' || fail "the second install does not say that nothing changed"
sh "${CASES%/cases}/snapshot.sh" --since "$PWD/stamp" >changed
[ ! -s changed ] || fail "the second install changed $(tr '\n' ' ' <changed)"
