# SPDX-License-Identifier: Apache-2.0
# Sourced by every case. A case ends at the first failed line; the last line it prints is the reason shown.

fail() {
  echo "$*"
  exit 1
}

# expect STATUS COMMAND...: the command must end with exactly this exit status.
expect() {
  wanted=$1
  shift
  status=0
  echo "+ $*"
  "$@" >stdout 2>stderr || status=$?
  cat stdout stderr
  [ "$status" = "$wanted" ] || fail "'$*' exits $status, expected $wanted: $(tail -n 1 stderr)"
}

# says TEXT FILE
says() {
  grep -qF -- "$1" "$2" || fail "'$1' is not in $2"
}

kernel_says() {
  dmesg | grep -qF -- "$1" || fail "the kernel log does not say '$1'"
}

loaded() {
  [ -d "/sys/module/$1" ]
}

# stat_of NAME: the sum over all CPUs of one counter in /proc/net/toa_stats, table with a column per CPU.
stat_of() {
  awk -v name="$1" '{ key = $1; sub(/:$/, "", key) } key == name { for (i = 2; i <= NF; i++) sum += $i } END { print sum + 0 }' /proc/net/toa_stats
}
