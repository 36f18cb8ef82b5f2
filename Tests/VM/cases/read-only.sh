# SPDX-License-Identifier: Apache-2.0
# Shows: with a /lib/modules that cannot be written
. "$CASES/lib"
folder=/lib/modules/$(uname -r)
mount --bind "$folder" "$folder"
mount -o remount,bind,ro "$folder"
status=0
(
  expect 2 toa install --backend module -y
  says_error "error: $folder cannot be written
    the file system is read-only, or this is not root
    -> mount -o remount,rw /
    -> then run the same command again"
) || status=$?
umount "$folder"
exit "$status"
