# SPDX-License-Identifier: Apache-2.0
# Sourced by the stage: starts the servers, which stay until the namespaces end.
#
#   8001 who, IPv4      8002 who, both families   8003 who, IPv4, defer   8004 who, IPv4, Fast Open
#   8005 who, MPTCP     8006 who, IPv6 only       8007 who in a nested cgroup       8008 who outside of TOA's cgroup
#   8101 nginx, IPv4    8102 nginx, both          8201 Python, IPv4       8202 Python, both
#   8203 python3 -m http.server, both             8301 Go, both families, MPTCP

serve() { # CGROUP NAME COMMAND...
  local group=$1 name=$2
  shift 2
  in_cgroup "$group" "$@" >"$WORK/$name.log" 2>&1 </dev/null &
}

serve server who "$BIN/who" 4:8001 6:8002 4:8003:defer 4:8004:fastopen 6:8005:mptcp 6only:8006
serve server/nested nested "$BIN/who" 6:8007
serve outside outside "$BIN/who" 6:8008
serve server nginx "$CACHE/nginx/usr/sbin/nginx" -p "$WORK" -e "$WORK/nginx-error.log" -c "$BPF_DIR/servers/nginx.conf"
serve server python4 /usr/bin/python3 "$BPF_DIR/servers/sockets.py" 4 8201
serve server python6 /usr/bin/python3 "$BPF_DIR/servers/sockets.py" 6 8202
serve server http /usr/bin/python3 -u -m http.server --directory "$WORK/state" --bind :: 8203
serve server go "$BIN/go-server" :8301
for name in who nested outside python4 python6 go; do wait_for "$WORK/$name.log" '^ready'; done
wait_for "$WORK/http.log" '^Serving'
for port in 8101 8102; do
  for _ in $(seq 200); do
    ! (exec 3<>"/dev/tcp/$LB4/$port") 2>/dev/null || break
    sleep 0.05
  done
  (exec 3<>"/dev/tcp/$LB4/$port") || die "nginx does not listen: $(cat "$WORK/nginx.log" "$WORK/nginx-error.log")"
done
