# SPDX-License-Identifier: Apache-2.0
# Before TOA: the injector does not disturb connections, and every server sees the load balancer, with the option and without.

for what in none "first 254/8" "first,bare,data 254/8" "data 254/8" "bare 254/8" "syn,first 254/8" \
  "first,bare,data 254/20" "first 253/20" "first 200/8"; do
  # shellcheck disable=SC2086
  option $what
  like "without TOA, option $what, IPv4: the load balancer" "$LB4:* $LB4:*" "$(ask $LB4 8001)"
  like "without TOA, option $what, IPv6: the load balancer" "\[$LB6]:* \[$LB6]:*" "$(ask $LB6 8002)"
done
option first,bare,data 254/8
like "without TOA, nginx: the load balancer" "$LB4:*" "$(ask_http $LB4 8101)"
like "without TOA, Go: the load balancer" "$LB4:*" "$(ask_http $LB4 8301)"
like "without TOA, Python: the load balancer" "$LB4:*" "$(ask $LB4 8201)"
same "the Go server's listener is MPTCP" "ready 262 <nil>" "$(head -n 1 "$WORK/go.log")"
