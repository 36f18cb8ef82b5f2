# SPDX-License-Identifier: Apache-2.0
# Shows: the counters are in the layout that all vendors share
. "$CASES/lib"
cp /proc/net/toa_stats table
cat table
cpus=$(nproc)
header=$(awk -v n="$cpus" 'BEGIN { printf "%34s", ""; for (i = 0; i < n; i++) printf "CPU%d       ", i }')
[ "$(head -n 1 table)" = "$header" ] || fail "the first line is not 34 spaces and a column per CPU"
tail -n +2 table | grep -vE "^[a-z0-9_/ ]{25}:( *[0-9]+ ){$cpus}\$" && fail "a line does not read 'name:' and a number per CPU"
for name in syn_recv_sock_toa syn_recv_sock_no_toa getname_toa_ok getname_toa_mismatch getname_toa_bypass getname_toa_empty \
  late_option deferred_option syn_option deferred_lost getsockopt_ok kretprobe_missed option_254/8 option_200/8; do
  tail -n +2 table | cut -d: -f1 | tr -d ' ' >names
  grep -qx "$name" names || fail "there is no counter $name"
done
expect 0 toa stats --json
says syn_recv_sock_toa stdout
