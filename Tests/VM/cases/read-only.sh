# SPDX-License-Identifier: Apache-2.0
# Shows: with a /lib/modules that cannot be written
. "$CASES/lib"
folder=/lib/modules/$(uname -r)
mount --bind "$folder" "$folder"
mount -o remount,bind,ro "$folder"
status=0
(
  expect 2 toa install --backend module -y
  says "$folder cannot be written" stderr
) || status=$?
umount "$folder"
exit "$status"
