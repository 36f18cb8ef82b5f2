# SPDX-License-Identifier: Apache-2.0
# Shows: with a disk that is almost full
. "$CASES/lib"
free=$(($(stat -f -c '%f * %S' /var/lib) >> 20))
fallocate -l "$((free - 24))M" "$STATE/filler"
status=0
(
  expect 2 toa install --backend module -y
  says 'MiB left' stderr
) || status=$?
rm -f "$STATE/filler"
exit "$status"
