# SPDX-License-Identifier: Apache-2.0
# Shows: toa debug: a line in the kernel's log for each connection with an option, and none when it is off
. "$CASES/lib"

# connections: four of them, and the kernel's log of that time alone in the file log
connections() {
  dmesg -c >/dev/null
  expect 0 toa selftest --json --only v4-option-254 v6-option-253 v4-untrusted v4-zero-address
  dmesg >log
}

expect 0 toa debug status
says "debug lines are off" stdout
connections
! grep -q verdict log || fail "there are lines although nobody asked: $(grep -m 1 verdict log)"

show toa debug on
expect 0 toa debug on --json
says '"on" : true' stdout
connections
show dmesg
for line in 'option 254/8, client 192\.0\.2\.77:34567, verdict client$' 'option 253/20, client \[2001:db8::42\]:34567, verdict client$' \
  'option 254/8, client 192\.0\.2\.77:34567, verdict untrusted$' 'option 254/8, verdict malformed$'; do
  grep -q "TOA: from .*: $line" log || fail "no line is '$line': $(grep TOA: log | tr '\n' ';')"
done
expect 0 toa status
says "debug lines" stdout
expect 0 toa doctor --only MOD16
says "toa debug off" stdout

expect 0 toa debug off
expect 0 toa debug status --json
says '"on" : false' stdout
connections
! grep -q verdict log || fail "there are lines after toa debug off: $(grep -m 1 verdict log)"
