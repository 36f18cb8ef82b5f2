# SPDX-License-Identifier: Apache-2.0
# Sourced by the stage and by every case: where the servers are, and the few words that cases use.

# Connecting to one of these addresses also connects from it.
LB4=10.9.0.1 LB6=fd74:6f61::1
UNTRUSTED4=198.51.100.1 UNTRUSTED6=2001:db8:1::1
# Whom the option names.
CLIENT4=203.0.113.7 CLIENT6=2001:db8::42 CLIENT_PORT=5555

pass() { printf 'ok   %s\n' "$*"; }
# flunk NAME WHY: says so and goes on with the next case.
flunk() { printf 'FAIL %s: %s\n' "$1" "$2"; }

# same NAME EXPECTED ACTUAL
same() {
  if [ "$2" = "$3" ]; then pass "$1"; else flunk "$1" "expected '$2', got '$3'"; fi
}

# like NAME PATTERN ACTUAL
like() {
  # shellcheck disable=SC2053
  if [[ $3 == $2 ]]; then pass "$1"; else flunk "$1" "expected '$2', got '$3'"; fi
}

now_ms() {
  local now=${EPOCHREALTIME/./}
  echo "${now%???}"
}

# wait_for FILE LINE-PATTERN: at most ten seconds.
wait_for() {
  for _ in $(seq 200); do
    ! grep -qE "$2" "$1" 2>/dev/null || return 0
    sleep 0.05
  done
  die "$1 does not say '$2': $(tail -n 3 "$1" 2>&1)" "read $1"
}

# in_cgroup NAME COMMAND...
in_cgroup() {
  local group=$CGROUP/$1
  shift
  (echo 0 >"$group/cgroup.procs" && exec "$@")
}

# load [OPTIONS...]: TOA on the servers' cgroup.
load() {
  "$TOA" load --backend ebpf --cgroup "$CGROUP/server" "$@" >"$WORK/load.out" 2>&1 ||
    die "toa load $* fails: $(tail -n 3 "$WORK/load.out")" "run it by hand"
  remember_objects
}

unload() {
  "$TOA" unload >"$WORK/unload.out" 2>&1 || [ ! -e /sys/fs/bpf/toa ] ||
    die "toa unload fails: $(tail -n 3 "$WORK/unload.out")" "run it by hand"
}

# What run.sh looks for at the end.
remember_objects() {
  "$BIN/objects" on "$CGROUP" "$CGROUP"/*/ "$CGROUP"/*/*/ | cut -d ' ' -f 2- | tr ' ' '\n' >>"$WORK/state/objects"
}

# The hooks that have a link on the servers' cgroup, one word for each link.
hooks() { hooks_of "$CGROUP/server"; }
hooks_of() { "$BIN/objects" on "$@" | cut -d ' ' -f 1 | sort | paste -s -d ' '; }

# counter NAME...: their values, in one line; "none" where nothing counts.
counter() {
  local json name values=
  json=$("$TOA" stats --json 2>/dev/null) || { echo none; return; }
  for name; do
    [[ $json =~ \"$name\"[[:space:]]*:[[:space:]]*([0-9]+) ]] || die "toa stats --json has no counter $name"
    values+=" ${BASH_REMATCH[1]}"
  done
  echo "${values# }"
}

# option none | option SEGMENTS KIND/LENGTH [ADDRESS [PORT]]: what the clients' segments carry from now on.
option() {
  local address=$CLIENT4
  [ "$1" != none ] || { "$BIN/inject" set "$WORK/bpf" none; return; }
  case $2 in */20) address=$CLIENT6 ;; esac
  "$BIN/inject" set "$WORK/bpf" "$1" "$2" "${3:-$address}" "${4:-$CLIENT_PORT}"
}

# ask ADDRESS PORT [LINE]: the answer to LINE of one connection that is closed again; without a process.
ask() {
  local connection answer=
  exec {connection}<>"/dev/tcp/$1/$2" || return 1
  printf '%s\n' "${3:-who}" >&"$connection"
  IFS= read -r -t 10 -u "$connection" answer || true
  exec {connection}>&-
  printf '%s\n' "$answer"
}

# ask_http ADDRESS PORT: the last line of the answer.
ask_http() {
  local connection line answer=
  exec {connection}<>"/dev/tcp/$1/$2" || return 1
  printf 'GET / HTTP/1.0\r\nHost: bench\r\n\r\n' >&"$connection"
  while IFS= read -r -t 10 -u "$connection" line; do answer=$line; done
  exec {connection}>&-
  printf '%s\n' "$answer"
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# seen: what four new connections see, from a trusted and an untrusted source, by IPv4 and IPv6: C the client, L the load
# balancer, ? anything else.
seen() {
  local source answer seen=''
  for source in $LB4 $LB6 $UNTRUSTED4 $UNTRUSTED6; do
    answer=$(ask "$source" 8002)
    case $answer in
      "[::ffff:$CLIENT4]:$CLIENT_PORT [::ffff:$CLIENT4]:$CLIENT_PORT") seen+=C ;;
      "[::ffff:$source]:"*" [::ffff:$source]:"* | "[$source]:"*" [$source]:"*) seen+=L ;;
      *) seen+="?($answer)" ;;
    esac
  done
  echo "$seen"
}

# state: the same, and by how much the counters move meanwhile: with an option taken, without, untrusted.
state() {
  local before after seen index moved=''
  local names="syn_recv_sock_toa syn_recv_sock_no_toa untrusted"
  # shellcheck disable=SC2086
  read -ra before <<<"$(counter $names)"
  seen=$(seen)
  # shellcheck disable=SC2086
  read -ra after <<<"$(counter $names)"
  if [ "${before[0]}" = none ] || [ "${after[0]}" = none ]; then
    moved=" ${before[0]} ${after[0]}"
  else
    for index in 0 1 2; do moved+=" $((after[index] - before[index]))"; done
  fi
  echo "$seen$moved"
}

# The states that there are: nothing loaded; loaded; loaded with both untrusted sources trusted; and trusting nobody.
ADDED=$UNTRUSTED4/32,$UNTRUSTED6/128
STATE_OFF="LLLL none none" STATE_DEFAULT="CCLL 2 2 2" STATE_ADDED="CCCC 4 0 0" STATE_NOBODY="LLLL 0 4 4"

# again CONNECTION [LINE]: the answer of a connection that is kept open.
again() {
  local answer=
  echo "${2:-who}" >&"$1"
  IFS= read -r -t 10 -u "$1" answer || true
  echo "$answer"
}
