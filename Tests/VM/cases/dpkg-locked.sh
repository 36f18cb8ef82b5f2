# SPDX-License-Identifier: Apache-2.0
# Shows: while another program holds dpkg's lock
. "$CASES/lib"
perl -e '
  use Fcntl;
  open(my $f, "+>>", "/var/lib/dpkg/lock-frontend") or die;
  fcntl($f, F_SETLK, pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0)) or die;
  open(my $r, ">", "$ENV{STATE}/locked") or die; close($r);
  sleep 600;' &
holder=$!
while [ ! -e "$STATE/locked" ]; do sleep 0.1; done
status=0
(
  expect 75 toa install --backend module -y
  says 'the package database is locked' stderr
) || status=$?
kill "$holder"
rm -f "$STATE/locked"
exit "$status"
