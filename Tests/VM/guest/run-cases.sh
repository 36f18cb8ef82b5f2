# SPDX-License-Identifier: Apache-2.0
# Sourced by both kinds of guest: runs cases and reports each on the console.
# Needs: CASES (folder of the cases), OUT (folder for what they leave).

passed=0 failed=0

# run_case NAME: a case is a shell file; it passes when it ends with 0, and the last line it prints is the reason if not.
run_case() {
  started=$(cut -d' ' -f1 /proc/uptime)
  mkdir -p "$OUT/$1"
  [ -z "${DEMO:-}" ] || printf '\n\033[1m%s\033[0m\n' "$(sed -n 's/^# Shows: //p' "$CASES/$1.sh")"
  if (
    cd "$OUT/$1"
    # In a demo the screen belongs to the commands; their output is kept all the same.
    [ -n "${DEMO:-}" ] && exec 3>&1 || exec 3>/dev/null
    exec sh -eu "$CASES/$1.sh" >log 2>&1
  ); then
    passed=$((passed + 1)) word=ok why=""
  else
    failed=$((failed + 1)) word=FAIL why=" $(tail -n 1 "$OUT/$1/log")"
  fi
  echo "case $1 $word$why"
  [ "$word" = ok ] || tail -n 40 "$OUT/$1/log" | sed "s/^/  $1: /"
  echo "$1 $word $started $(cut -d' ' -f1 /proc/uptime)" >>"$OUT/times"
}
