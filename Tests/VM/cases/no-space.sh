# SPDX-License-Identifier: Apache-2.0
# Shows: with a disk that is almost full
. "$CASES/lib"
free=$(($(stat -f -c '%f * %S' /var/lib) >> 20))
fallocate -l "$((free - 24))M" "$STATE/filler"
status=0
(
  expect 2 toa install --backend module -y
  # The journal of the system may have taken some by now.
  sed -i -E 's/ 2[0-4] MiB left/ 2x MiB left/' stderr
  says_error "error: /var/lib has only 2x MiB left
    building and packaging take up to 64 MiB
    -> free some space, then run the same command again"
) || status=$?
rm -f "$STATE/filler"
exit "$status"
