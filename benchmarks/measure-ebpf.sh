# SPDX-License-Identifier: Apache-2.0
# Run by ebpf.sh in the stage of the eBPF tests.

CONNECTIONS=6000
gcc -O2 -o "$WORK/cost" "$REPO/benchmarks/cost.c"
mkdir "$WORK/bpf/second"
"$BIN/inject" attach "$BIN/inject.bpf.o" "$CGROUP/server/injected" "$WORK/bpf/second"
"$BIN/inject" set "$WORK/bpf/second" first 254/8 $CLIENT4 $CLIENT_PORT

become() { # off | on | getsockopt
  unload
  case $1 in
    on) load ;;
    getsockopt) load --getsockopt ;;
  esac
}

calls() { # STATE
  become "$1"
  in_cgroup server/injected "$WORK/cost" $LB4 >"$WORK/calls"
  case "$1 $(sed -n 's/^# //p' "$WORK/calls")" in
    "off $LB4" | "on $CLIENT4" | "getsockopt $CLIENT4") ;;
    *) die "the connection is $(tail -n 1 "$WORK/calls") in state $1" ;;
  esac
  grep -v '^#' "$WORK/calls"
}

connections() { # STATE: microseconds of CPU time, client and server, for each connection
  become "$1"
  local output
  output=$("$BIN/many" "$CGROUP/server" "$CGROUP/client" $LB4 8400 $CONNECTIONS $CLIENT4 2>&1 || true)
  echo "connection-$2 $(sed -nE 's/.* ([0-9.]+) us CPU each.*/\1/p' <<<"$output")"
}

# Lines STATE ROUND CALL VALUE
for round in $(seq "$ROUNDS"); do
  case $((round % 2)) in
    0) states="off on getsockopt" ;;
    1) states="getsockopt on off" ;;
  esac
  for state in $states; do
    calls "$state"
    option first 254/8 $CLIENT4 1
    connections "$state" option
    option none
    connections "$state" none
  done | awk -v round="$round" -v states="$states" 'BEGIN { split(states, state) } /^getpeername/ { at++ } { print state[at], round, $0 }'
done >"$WORK/measured"

# table STATE: that state against off.
table() {
  local call
  printf '\n%-26s %10s %10s %8s %8s\n' "$1" off on diff ratio
  for call in $(awk '{ print $3 }' "$WORK/measured" | sort -u); do
    awk -v call="$call" -v state="$1" '$3 == call && $1 == "off" { off[$2] = $4 } $3 == call && $1 == state { on[$2] = $4 }
      END { for (round in off) print off[round], on[round], on[round] / off[round] }' "$WORK/measured" >"$WORK/pairs"
    printf '%-26s %10s %10s ' "$call" "$(cut -d ' ' -f 1 "$WORK/pairs" | median)" "$(cut -d ' ' -f 2 "$WORK/pairs" | median)"
    printf '%8.1f %8.2f\n' "$(awk '{ print $2 - $1 }' "$WORK/pairs" | median)" "$(cut -d ' ' -f 3 "$WORK/pairs" | median)"
  done
}

echo
echo "Medians of $ROUNDS rounds: calls in ns, connections in us of CPU time (client and server together)"
table on
table getsockopt
echo
