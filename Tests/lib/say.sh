# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of Tests/VM and Tests/Bpf: how to say what goes wrong.

say() { printf '%s\n' "$*" >&2; }

# die WHAT-FAILED WHAT-TO-DO
die() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  fix: %s\n' "$2" >&2
  exit 1
}

# quietly LOGFILE COMMAND...: the log is shown only when the command fails.
quietly() {
  local log=$1 rc=0
  shift
  "$@" >>"$log" 2>&1 </dev/null || rc=$?
  [ "$rc" = 0 ] && return 0
  say "failed ($rc): $*"
  tail -n 25 "$log" >&2
  return "$rc"
}
