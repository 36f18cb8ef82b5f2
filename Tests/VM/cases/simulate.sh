# SPDX-License-Identifier: Apache-2.0
# Shows: an unmodified client whose server sees it behind a load balancer that is not there
. "$CASES/lib"
ip link set lo up
who-server 4:8000 >ready &
server=$!
trap 'kill $server' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
  ! grep -q ready ready || break
  sleep 0.2
done
echo who >question
# The server says whom accept() and getpeername() name.
expect 0 toa simulate --client 203.0.113.7:5555 -- nc 127.0.0.1 8000 <question
says "1 connection carried the option." stderr
[ "$(cat stdout)" = "203.0.113.7:5555 203.0.113.7:5555" ] || fail "the server saw '$(cat stdout)'"
expect 0 nc 127.0.0.1 8000 <question
case $(cat stdout) in
  127.0.0.1:*) ;;
  *) fail "without simulate the server saw '$(cat stdout)'" ;;
esac
expect 7 toa simulate --client 203.0.113.7:5555 -- sh -c 'exit 7'
