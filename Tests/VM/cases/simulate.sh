# SPDX-License-Identifier: Apache-2.0
# Shows: an unmodified client whose server sees it behind a load balancer that is not there
. "$CASES/lib"
ip link set lo up
# The server answers whom accept() named.
tcpsvd 127.0.0.1 8000 sh -c 'echo "$TCPREMOTEADDR"' &
server=$!
trap 'kill $server' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
  ! nc 127.0.0.1 8000 </dev/null >/dev/null 2>&1 || break
  sleep 0.2
done
expect 0 toa simulate --client 203.0.113.7:5555 -- nc 127.0.0.1 8000
says "1 connection carried the option." stderr
[ "$(cat stdout)" = 203.0.113.7:5555 ] || fail "the server saw '$(cat stdout)'"
expect 0 nc 127.0.0.1 8000
case $(cat stdout) in
  127.0.0.1:*) ;;
  *) fail "without simulate the server saw '$(cat stdout)'" ;;
esac
expect 7 toa simulate --client 203.0.113.7:5555 -- sh -c 'exit 7'
