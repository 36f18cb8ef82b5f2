# SPDX-License-Identifier: Apache-2.0
# Shows: one table, two backends: the same self-test cases give the same addresses
. "$CASES/lib"

# ran FILE: "name expected accepted peerName bySocketOption" of each case of a self-test that ran
ran() {
  awk -F '"' '
    $2 == "accepted" || $2 == "bySocketOption" || $2 == "expected" || $2 == "name" || $2 == "peerName" || $2 == "skipped" || $2 == "limit" { value[$2] = $4 }
    /^ *},?$/ && "name" in value {
      if (!("skipped" in value) && !("limit" in value)) print value["name"], value["expected"], value["accepted"], value["peerName"], value["bySocketOption"]
      split("", value)
    }' "$1" | sort
}

# documented: "name backend" of each row of the table in docs/backends.md
documented() {
  awk -F '|' '/^#/ { on = /toa selftest/ } on && $2 ~ /^ `/ { gsub(/[` ]/, "", $2); gsub(/[` ]/, "", $3); print $2, $3 }' "$CASES/backends.md" | sort
}

# With its own profile, and with one that has every behaviour, the module runs all of the cases; in both it sees the same.
ran "$OUT/selftest/selftest.json" >default
ran "$OUT/selftest-profiles/selftest.json" >behaviours
ran "$OUT/ebpf-selftest/selftest.json" >ebpf
ran "$OUT/ebpf-getsockopt/selftest.json" >getsockopt
sort -u default behaviours >module
for run in default behaviours module ebpf getsockopt; do
  [ "$(wc -l <$run)" -ge 8 ] || fail "only $(wc -l <$run) cases ran: $run"
  cut -d' ' -f1 $run >$run.names
done
[ -z "$(uniq -d module.names)" ] || fail "the module sees different things: $(uniq -d module.names | tr '\n' ' ')"

# Every case that ran with both, and with the hook on getsockopt as well, gave the same.
for other in ebpf getsockopt; do
  grep -Fxf module.names $other.names >both || fail "no case ran with the module and with $other"
  while read -r name; do
    [ "$(grep "^$name " module)" = "$(grep "^$name " $other)" ] ||
      fail "expected, accepted, getpeername: module '$(grep "^$name " module)', $other '$(grep "^$name " $other)'"
  done <both
done

# The others are those that are documented, no more and no less.
{
  grep -vFxf getsockopt.names module.names | sed 's/$/ module/'
  cat ebpf.names getsockopt.names | sort -u | grep -vFxf module.names | sed 's/$/ eBPF/'
} | sort >alone
documented >wanted
cmp -s wanted alone || fail "docs/backends.md and the self-tests differ: $(diff wanted alone | grep '^[-+<>]' | tr '\n' ';')"
echo "$(wc -l <both) cases with both backends, $(wc -l <alone) with one"
