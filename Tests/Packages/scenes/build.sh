# SPDX-License-Identifier: Apache-2.0
# build.sh FORMAT FOLDER OTHER KERNEL...: all packages of a format, made twice in different folders, are the same bytes.
. /mnt/scenes/lib.sh
format=$1 folder=/mnt/$2 other=/mnt/$3
shift 3
if [ "$format" = rpm ]; then
  . /mnt/scenes/rpm-host.sh
  become_rpm_host "$@"
fi
options=""
for kernel; do options="$options --kernel $kernel"; done
for out in "$folder" "$other"; do
  # shellcheck disable=SC2086
  succeeds /mnt/toa package "$format" $options --out "$out" --trust 203.0.113.0/24
  cat /tmp/said
  succeeds /mnt/toa package "dkms-$format" --out "$out" --trust 203.0.113.0/24
  cat /tmp/said
  sleep 1.1
done
diff -r "$folder" "$other" || fail "the packages differ from one making to the next"
[ "$(ls -A "$folder" | grep -c "\.$format\$")" = $(($# + 2)) ] || fail "made: $(ls -A "$folder")"
[ "$(ls -A "$folder" | wc -l)" = $(($# + 2)) ] || fail "left behind: $(ls -A "$folder")"
[ "$format" != rpm ] || cp -r /tmp/specs /mnt/specs
# Without the format's own tool it says what to install.
if [ "$format" = deb ]; then tool=/usr/bin/dpkg-deb; else tool=/usr/bin/rpmbuild; fi
mv "$tool" "$tool.away"
fails_with "is not installed" /mnt/toa package "$format" --kernel "$1" --out /tmp/none
grep -q -- '-> .* install ' /tmp/said || fail "no command that installs ${tool##*/}"
