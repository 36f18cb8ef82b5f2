# SPDX-License-Identifier: Apache-2.0
# Shows: the self-test follows the profile: every vendor's, every behaviour, options that no vendor has
. "$CASES/lib"

# left_out: the cases of the last self-test that did not apply
left_out() {
  awk -F '"' '$2 == "name" { name = $4 } $2 == "skipped" { print name }' stdout | sort | tr '\n' ' '
}

# selftest PROFILE WANTED: passes, and all cases apply but those WANTED
selftest() {
  expect 0 toa load --profile "$1"
  expect 0 toa selftest --json
  [ "$(left_out)" = "$2" ] || fail "with the profile $1 the cases $(left_out)do not apply, expected $2"
}

for vendor in lvs dpvs tencent-clb tencent-gaap ksyun huawei-elb ucloud alibaba-cdn; do
  expect 0 toa load --profile $vendor
  expect 0 toa selftest --json
  note "$vendor: not applicable: $(left_out)"
done
selftest default \
  "v4-deferred v4-deferred-no-option v4-last-of-four v4-last-of-three v4-late v4-late-overtaken v4-late-untrusted v4-syn v4-syn-and-ack "

expect 0 toa load --profile 77/10:ip4@6+port@4,78/24:ip6@2
expect 0 toa selftest --json
says '"v4-option-77-10"' stdout
says '"v6-option-78-24"' stdout
[ "$(stat_of option_77/10)" -gt 0 ] || fail "no client of option 77/10 was counted"
[ "$(stat_of option_78/24)" -gt 0 ] || fail "no client of option 78/24 was counted"

before=$(stat_of syn_option)
selftest default,deferred,late,syn,last "v4-first-of-two "
cp stdout selftest.json
[ "$(stat_of late_option)" = 2 ] || fail "not two late options were counted: $(stat_of late_option)"
[ "$(stat_of deferred_option)" = 1 ] || fail "not one option of a swallowed ACK was counted: $(stat_of deferred_option)"
[ "$(stat_of deferred_lost)" = 1 ] || fail "not one swallowed ACK without an option was counted: $(stat_of deferred_lost)"
[ "$(stat_of syn_option)" = $((before + 1)) ] || fail "not one option of a SYN was counted: $before, then $(stat_of syn_option)"
expect 0 toa doctor --only MOD17 MOD18
says "info  MOD18" stdout
says "1 connection" stdout

# What is lost without it: doctor says so, with the command that mends it.
expect 0 toa load --profile default
expect 0 toa doctor --only MOD18
says "toa install --profile default,deferred" stdout
