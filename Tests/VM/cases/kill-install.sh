# SPDX-License-Identifier: Apache-2.0
# Shows: install, killed after every step and started again
. "$CASES/lib"
journal=/var/lib/toa/journal

# Sets 'standing' to the steps that are done and not undone, without starting a process: under emulation a busy watcher would
# slow down what it watches.
count_standing() {
  standing=0
  [ -e "$journal" ] || return 0
  while read -r line; do
    case $line in
      '{"done"'*) standing=$((standing + 1)) ;;
      '{"undone"'*) standing=$((standing - 1)) ;;
    esac
  done 2>/dev/null <"$journal" || true
  [ $standing -ge 0 ] || standing=0
}

# What a killed toa had started goes on alone for a moment, as it would on any machine.
settle() {
  while pidof make dpkg apt-get cc1 modprobe depmod >/dev/null; do sleep 0.5; done
}

# watch_out STEP: waits a moment for the install, which must not end before that step stands.
watch_out() {
  kill -0 $pid 2>/dev/null || { cat "killed-$1"; fail "the install ended before step $1 was in the journal"; }
  sleep 0.3
}

# killed_after STEP: starts an install and kills it when that many steps stand; first it undoes what the last one left.
killed_after() {
  toa install -y >"killed-$1" 2>&1 &
  pid=$!
  while count_standing && [ $standing -gt 0 ]; do watch_out "$1"; done
  while count_standing && [ $standing -lt "$1" ]; do watch_out "$1"; done
  kill -9 $pid
  status=0
  wait $pid || status=$?
  cat "killed-$1"
  [ $status = 137 ] || fail "the install ended with $status instead of being killed after step $1"
  settle
}

expect 0 toa install -y --dry-run
[ ! -e "$journal" ] || fail "a dry run wrote the journal"
steps=$(grep -cE '^[0-9]+\. ' stdout)
[ "$steps" -ge 4 ] || fail "the dry run shows $steps steps"
for step in $(seq $steps); do killed_after "$step"; done
expect 0 toa install -y
cat stdout stderr | grep -qiE 'interrupted|nothing to change' || fail "the install does not say that it found an interrupted one"
is_loaded toa
