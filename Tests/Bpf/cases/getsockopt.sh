# SPDX-License-Identifier: Apache-2.0
# The vendors' socket calls, and that the hook leaves every other call as it was: result, errno, length, each byte.

# unchanged NAME FILE FILE
unchanged() {
  if cmp -s "$2" "$3"; then
    pass "$1 ($(wc -l <"$3") calls)"
  else
    diff "$2" "$3" | grep '^[<>]' >"$WORK/differences" || true
    flunk "$1" "$(grep -c '^>' "$WORK/differences") of $(wc -l <"$3") calls differ: $(sed 4q "$WORK/differences" | tr '\n' ' ')"
  fi
}

# The kernel itself refuses a negative length with EINVAL before it asks a program, where IPv6 sockets take it for a large one
# and others may have another error (documented limit). Buffers and lengths are the same.
but_negative() { sed -E 's/( -1:) (-1|0) [0-9]+ /\1 R E /' "$1" >"$1.but-negative"; }
negative() {
  diff "$WORK/off" "$1" | sed -nE 's/^> .{40} +(-?[0-9]+): (-?[0-9]+ [0-9]+) .*/length \1: \2/p' | sort -u | paste -s -d ' '
}

traps() { in_cgroup "$1" "$BIN/traps" </dev/null >"$WORK/$2" 2>&1 || die "traps fails: $(tail -n 1 "$WORK/$2")"; }

# Here both ends are in one cgroup, and the accepted socket has an address.
mkdir "$WORK/bpf/second"
"$BIN/inject" attach "$BIN/inject.bpf.o" "$CGROUP/server/injected" "$WORK/bpf/second"
"$BIN/inject" set "$WORK/bpf/second" first 254/20 $CLIENT6 $CLIENT_PORT
traps server off
traps server/injected off-injected
load
traps server without
traps server/injected without-injected
same "without --getsockopt, 1345 is unknown" "-1 92 20 $(printf 'a5%.0s' {1..84})" "$(ask $LB4 8001 'opt 0 1345 20')"
load --getsockopt
traps server with
traps server/injected with-injected
unchanged "unrelated getsockopt calls without --getsockopt" "$WORK/off" "$WORK/without"
for name in off with; do but_negative "$WORK/$name"; done
unchanged "unrelated getsockopt calls with --getsockopt" "$WORK/off.but-negative" "$WORK/with.but-negative"
same "a negative length is EINVAL with --getsockopt (documented limit), and nothing else changes" "length -1: -1 22" \
  "$(negative "$WORK/with")"
# SO_PEERNAME is getpeername(), which does name the client. 4096 and 1345 are answered where there is an address.
for name in off without with; do
  grep -vE ' SO_PEERNAME | IPPROTO_IP (4096|1345) ' "$WORK/$name-injected" >"$WORK/$name-unrelated"
  but_negative "$WORK/$name-unrelated"
done
unchanged "unrelated calls of sockets that have an address, without --getsockopt" "$WORK/off-unrelated" "$WORK/without-unrelated"
unchanged "unrelated calls of sockets that have an address, with --getsockopt" "$WORK/off-unrelated.but-negative" \
  "$WORK/with-unrelated.but-negative"
grep ' SO_PEERNAME ' "$WORK/without-injected" >"$WORK/without-names"
grep ' SO_PEERNAME ' "$WORK/with-injected" >"$WORK/with-names"
unchanged "SO_PEERNAME of sockets that have an address, with and without --getsockopt" "$WORK/without-names" "$WORK/with-names"
if cmp -s "$WORK/off-injected" "$WORK/with-injected"; then
  flunk "the traps notice an answered call" "no difference"
else
  pass "the traps notice an answered call"
fi

# hex ADDRESS: as 16 or 4 bytes.
hex() { python3 -c 'import ipaddress, sys; print(ipaddress.ip_address(sys.argv[1]).packed.hex())' "$1"; }
pad() { printf 'a5%.0s' $(seq "$1"); }
ip4=$(hex $CLIENT4) ip6=$(hex $CLIENT6) port=15b3
zero12=000000000000000000000000
ttm4=0200$port$ip4$zero12 ttm6=0a00$port$ip6 nat64=$ip6$port

# answers NAME ADDRESS PORT OPTION LENGTH EXPECTED-LENGTH EXPECTED-BYTES
answers() {
  local bytes=$((${#7} / 2))
  same "$1, length $5" "0 0 $6 $7$(pad $(($5 + 64 - bytes)))" "$(ask "$2" "$3" "opt 0 $4 $5")"
}
refused() { # NAME ADDRESS PORT OPTION LENGTH
  same "$1, length $5: not known" "-1 92 $5 $(pad $(($5 + 64)))" "$(ask "$2" "$3" "opt 0 $4 $5")"
}

option first 254/8
for length in 20 21 64; do answers "1345, IPv4 client, AF_INET" $LB4 8001 1345 $length 20 "$ttm4"; done
answers "1345, IPv4 client, both families" $LB4 8002 1345 20 20 "$ttm4"
answers "1345, TCP to an MPTCP listener" $LB4 8005 1345 20 20 "$ttm4"
for length in 0 4 18 19; do refused "1345, IPv4 client" $LB4 8001 1345 $length; done
for length in 18 20; do refused "4096, IPv4 client, AF_INET" $LB4 8001 4096 $length; done
for length in 254/20 253/20; do
  option first $length
  answers "4096, IPv6 client by $length, AF_INET" $LB4 8001 4096 18 18 "$nat64"
  answers "4096, IPv6 client by $length, AF_INET" $LB4 8001 4096 20 20 "${nat64}0000"
  answers "4096, IPv6 client by $length, AF_INET6" $LB6 8006 4096 18 18 "$nat64"
  answers "1345, IPv6 client by $length, AF_INET" $LB4 8001 1345 20 20 "$ttm6"
  answers "1345, IPv6 client by $length, AF_INET6" $LB6 8006 1345 20 20 "$ttm6"
done
answers "4096, IPv6 client" $LB4 8001 4096 19 18 "$nat64"
answers "4096, IPv6 client" $LB4 8001 4096 64 20 "${nat64}0000"
for length in 0 16 17; do refused "4096, IPv6 client" $LB4 8001 4096 $length; done
same "another level with the same number" "-1 92 20 $(pad 84)" "$(ask $LB4 8001 'opt 6 4096 20')"
same "the vendor's sample reads an IPv6 client" "10 $CLIENT6 $CLIENT_PORT" "$(ask $LB4 8201 ttm)"
option first 254/8
same "the vendor's sample reads an IPv4 client" "2 $CLIENT4 $CLIENT_PORT" "$(ask $LB4 8201 ttm)"
same "the vendor's sample, both families" "2 $CLIENT4 $CLIENT_PORT" "$(ask $LB4 8202 ttm)"
option none
refused "1345, no option" $LB4 8001 1345 20
refused "4096, no option" $LB4 8001 4096 20
refused "1345, no option, IPv6" $LB6 8006 1345 20
same "the vendor's sample without an option: ENOPROTOOPT" "errno 92" "$(ask $LB4 8201 ttm)"
option first 254/8
refused "1345, untrusted source" $UNTRUSTED4 8001 1345 20

# Documented limit: the kernel does not call the hook for 32-bit programs.
same "a 32-bit program's getpeername" "$CLIENT4:$CLIENT_PORT $CLIENT4:$CLIENT_PORT" "$(ask $LB4 8001 who32)"
same "a 32-bit program's getsockopt 1345: not known (documented limit)" "-1 92 20 $(pad 84)" "$(ask $LB4 8001 'opt32 0 1345 20')"

# Which of the calls is answered is the profile's business.
option first 254/20
load --getsockopt --profile dpvs
answers "4096 with the profile dpvs" $LB4 8001 4096 20 20 "${nat64}0000"
refused "1345 with the profile dpvs" $LB4 8001 1345 20
load --getsockopt --profile ksyun
answers "1345 with the profile ksyun" $LB4 8001 1345 20 20 "$ttm6"
refused "4096 with the profile ksyun" $LB4 8001 4096 20
load --getsockopt --profile default,-4096,-1345
refused "4096 with a profile without it" $LB4 8001 4096 20
refused "1345 with a profile without it" $LB4 8001 1345 20
