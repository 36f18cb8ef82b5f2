# SPDX-License-Identifier: Apache-2.0
# Shows: install, killed after every step and started again
. "$CASES/lib"
journal=/var/lib/toa/journal

# Sets 'done', without starting a process: under emulation a busy watcher would slow down what it watches.
count_done() {
  done=0
  [ -e "$journal" ] || return 0
  while read -r line; do
    case $line in '{"done"'*) done=$((done + 1)) ;; esac
  done <"$journal"
}

# What a killed toa had started goes on alone for a moment, as it would on any machine.
settle() {
  while pidof make dpkg apt-get cc1 modprobe depmod >/dev/null; do sleep 0.5; done
}

# killed_after STEP: starts an install and kills it when that many steps are in the journal.
killed_after() {
  count_done
  before=$done
  toa install -y >"killed-$1" 2>&1 &
  pid=$!
  while count_done && [ "$done" -lt $((before + $1)) ]; do
    kill -0 $pid 2>/dev/null || { cat "killed-$1"; fail "the install ended before step $1 was in the journal"; }
    sleep 0.1
  done
  kill -9 $pid
  status=0
  wait $pid || status=$?
  cat "killed-$1"
  [ $status = 137 ] || fail "the install ended with $status instead of being killed after step $1"
  settle
}

expect 0 toa install -y --dry-run
[ ! -e "$journal" ] || fail "a dry run wrote the journal"
steps=4
for step in $(seq $steps); do killed_after "$step"; done
expect 0 toa install -y
cat stdout stderr | grep -qi interrupted || fail "the install does not say that it found an interrupted one"
is_loaded toa
