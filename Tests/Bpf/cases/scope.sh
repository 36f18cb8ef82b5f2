# SPDX-License-Identifier: Apache-2.0
# TOA works in one cgroup and below, whatever other namespaces the server is in.

client4=$CLIENT4:$CLIENT_PORT
mapped="[::ffff:$CLIENT4]:$CLIENT_PORT"
option first,bare,data 254/8
exec {older}<>/dev/tcp/$LB4/8001
like "before loading" "$LB4:* $LB4:*" "$(again "$older")"
load
like "a connection from before loading is not covered (documented limit)" "$LB4:* $LB4:*" "$(again "$older")"
exec {older}>&-
same "a server in a nested cgroup is covered" "$mapped $mapped" "$(ask $LB4 8007)"
same "a server in the cgroup is covered" "$mapped $mapped" "$(ask $LB4 8002)"
like "a server outside of the cgroup is not" "\[::ffff:$LB4]:* \[::ffff:$LB4]:*" "$(ask $LB4 8008)"
same "one link for each hook is on the cgroup" "getpeername4 getpeername6 sockops" "$(hooks)"
like "toa status names the backend" '*"backend"*:*"ebpf"*' "$("$TOA" status --json)"
same "no link is elsewhere" "" "$("$BIN/objects" on "$CGROUP" "$CGROUP/outside" "$CGROUP/server/nested")"

# contained NAME OPTIONS-OF-UNSHARE...: a server in namespaces of its own, with a client in the same network.
contained() {
  local name=$1 log=$WORK/contained.log server
  shift
  rm -f "$log"
  # The client has to come from a cgroup that has the injector, and is started before namespaces hide that.
  in_cgroup server unshare --fork --kill-child=KILL "$@" -- bash -c '
    ip link set lo up && ip address add '$LB4'/32 dev lo 2>/dev/null
    exec "$BIN/who" 4:8099' >"$log" 2>&1 </dev/null &
  server=$!
  wait_for "$log" '^ready'
  same "$name" "$client4 $client4" "$(ask_inside "$server" 8099)"
  kill -KILL "$server"
  wait "$server" 2>/dev/null || true
}

# ask_inside PID PORT: asks a server that is the child of PID from within its network namespace.
ask_inside() {
  local child
  child=$(pgrep -P "$1")
  nsenter --net="/proc/$child/ns/net" bash -c '
    exec 3<>"/dev/tcp/$1/$2"; echo who >&3; IFS= read -r -t 10 -u 3 answer; echo "$answer"' ask "$LB4" "$2"
}

contained "a server in a network namespace of its own" --net
contained "a server in network, mount, pid, uts and ipc namespaces of its own" --net --mount --pid --uts --ipc
contained "a server in user and network namespaces of its own" --user --map-root-user --net
contained "a server in a cgroup namespace of its own" --cgroup --net

exec {connection}<>/dev/tcp/$LB4/8001
same "a connection before unloading" "$client4 $client4" "$(again "$connection")"
unload
same "unloading takes every link off the cgroup" "" "$("$BIN/objects" on "$CGROUP/server")"
like "toa status names no backend" '*"backend"*:*null*' "$("$TOA" status --json)"
same "unloading leaves nothing in bpffs" "" "$(find /sys/fs/bpf/toa 2>/dev/null || true)"
like "after unloading getpeername of that connection is the load balancer" "$client4 $LB4:*" "$(again "$connection")"
like "after unloading a new connection is the load balancer's" "$LB4:* $LB4:*" "$(ask $LB4 8001)"
