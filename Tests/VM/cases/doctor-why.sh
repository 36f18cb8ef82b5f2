# SPDX-License-Identifier: Apache-2.0
# Shows: toa doctor --why and toa capture name the cause while a load balancer makes one mistake
. "$CASES/lib"

# why STATUS CAUSE OWNER OPTION...: what doctor says of a server with such a load balancer
why() {
  wanted=$1 cause=$2 owner=$3
  shift 3
  # shellcheck disable=SC2016
  expect "$wanted" serve "$@" sh -c 'toa doctor --why $PORT --seconds 1 --json'
  says "\"cause\" : \"$cause\"" stdout
  says "\"owner\" : $owner" stdout
}

why 2 not-sent '"LB team"' -k 0
says 'switch TOA on for this listener' stdout

why 2 untrusted '"host"' -f 203.0.113.2
says 'toa install --trust 203.0.113.2' stdout
# Following the advice helps: the same load balancer is well now.
parameter=/sys/module/toa/parameters/trusted
before=$(cat $parameter)
expect 0 toa load --trust 203.0.113.2
why 0 works null -f 203.0.113.2
echo "$before" >$parameter

# Connections that were opened before, and no new ones.
why 2 old-connections '"application"' -o

# shellcheck disable=SC2016
expect 2 serve -k 253 sh -c 'toa capture --port $PORT --seconds 1'
says '253/8 names 198.18.0.7:5555, and the profile default does not read it' stdout
says 'toa load --profile default,253/8' stdout
