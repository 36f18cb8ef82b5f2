# SPDX-License-Identifier: Apache-2.0
# Shows: the open connections, with the clients behind the load balancer
. "$CASES/lib"
TABLE=/proc/net/toa_table

# rows FILE: "client balancer local option" of each line of the kernel's table, sorted, in the file seen.
rows() {
  [ "$(sed -n 1p "$1" | tr -s ' ')" = "client balancer local option netns" ] || fail "the heading of $1 is '$(sed -n 1p "$1")'"
  tail -n +2 "$1" | awk '{ if (NF != 5) print "not five words:"; print $1, $2, $3, $4 }' | sort >seen
}

# same WHAT WANTED: as the file seen
same() {
  cmp -s "$2" seen || fail "$1: $(diff "$2" seen | grep '^[-+][^-+]' | head -n 4 | tr '\n' ';')"
}

# shown: the same of what 'toa table' prints.
shown() {
  expect 0 toa table
  [ "$(sed -n 1p stdout | tr -s ' ')" = "client balancer local option" ] || fail "the heading of toa table is '$(sed -n 1p stdout)'"
  tail -n +2 stdout | tr -s ' ' | sort >seen
}

# empty: closed connections leave as soon as the kernel has thrown their sockets away.
empty() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rows $TABLE
    [ -s seen ] || return 0
    sleep 0.2
  done
  fail "closed, and still in the table: $(head -n 3 seen | tr '\n' ';')"
}

# holding STAGE OPTION...: runs that stage of this file, in a folder of its own, while connections are open.
holding() {
  stage=$1
  shift
  mkdir "$stage"
  hold "$@" "$stage/held" sh -eu "$CASES/table.sh" "$stage" >"$stage/log" 2>&1 || {
    cat "$stage/log"
    exit 1
  }
}

[ $# = 0 ] || {
  cd "$1"
  sort held >wanted
}
case ${1:-} in
'')
  empty
  expect 0 toa table
  says "no connection" stderr
  # More than fit into one read; then a few of every shape, in two network namespaces.
  holding many -c 400
  empty
  holding shapes
  empty
  ;;
many)
  rows $TABLE
  same "many connections" wanted
  dd if=$TABLE bs=7 2>/dev/null >pieces
  rows pieces
  same "read in pieces of 7 bytes" wanted
  expect 0 toa table --limit 3
  [ "$(wc -l <stdout)" = 4 ] || fail "toa table --limit 3 prints $(wc -l <stdout) lines"
  says "3 of $(wc -l <wanted)" stderr
  ;;
shapes)
  rows $TABLE
  same "every shape" wanted
  shown
  same "toa table" wanted
  expect 0 toa table --json
  says '"schema" : "toa.table/1"' stdout
  says "\"total\" : $(wc -l <wanted)" stdout
  while read -r client balancer local option; do
    for field in "client\" : \"$client" "balancer\" : \"$balancer" "local\" : \"$local" "option\" : \"$option"; do
      says "\"$field\"" stdout
    done
  done <wanted
  holding another -n
  # Those of the other namespace have gone, ours are still here.
  rows $TABLE
  same "without the other namespace" wanted
  ;;
another)
  rows $TABLE
  same "only our own namespace" wanted
  shown
  same "toa table, only our own namespace" wanted
  # Process 1 is in the initial namespace.
  sort held ../held >wanted-all
  rows /proc/1/net/toa_table
  same "all namespaces" wanted-all
  own=$(readlink /proc/self/ns/net | tr -dc 0-9)
  initial=$(readlink /proc/1/ns/net | tr -dc 0-9)
  [ "$own" != "$initial" ] || fail "this is no other namespace"
  for number in "$own" "$initial"; do
    count=$(awk -v n="$number" '$5 == n' /proc/1/net/toa_table | wc -l)
    [ "$count" = "$(wc -l <wanted)" ] || fail "$count lines of namespace $number"
  done
  ;;
esac
