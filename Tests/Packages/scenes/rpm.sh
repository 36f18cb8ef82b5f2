# SPDX-License-Identifier: Apache-2.0
# rpm.sh KERNEL: needs its very kernel; installed, replaced, verified, erased; and loud where depmod does not do its work.
. /mnt/scenes/lib.sh
. /mnt/scenes/rpm-host.sh
kernel=$1
name=kmod-toa-$kernel
become_rpm_host "$kernel"
common=$(ls /mnt/rpm-1/toa-modules-common-*.rpm)
module=$(ls "/mnt/rpm-1/$name-"*.rpm)
case $(find "/lib/modules/$kernel/kernel" -name 'dummy.ko*') in *.xz) file=toa.ko.xz ;; *) file=toa.ko ;; esac
# Nothing may ever call it.
printf '#!/bin/sh\n: >/tmp/weak-modules-was-called\n' >/sbin/weak-modules
chmod 755 /sbin/weak-modules

rpm -qp --requires "$module" | sort -u | same "what $name requires" /dev/fd/3 3<<REQUIRES
/bin/sh
kernel-core = $KERNEL_VERSION
kmod
rpmlib(CompressedFileNames) <= 3.0.4-1
rpmlib(FileDigests) <= 4.6.0-1
rpmlib(PayloadFilesHavePrefix) <= 4.0-1
toa-modules-common
REQUIRES
rpm -qp --provides "$module" | same "what $name provides" /dev/fd/3 3<<PROVIDES
$name = 0.1.0-1
$name(x86-64) = 0.1.0-1
toa-modules
PROVIDES
rpm -qpl "$module" | same "what $name holds" /dev/fd/3 3<<FILES
/lib/modules/$kernel/extra
/lib/modules/$kernel/extra/toa
/lib/modules/$kernel/extra/toa/$file
FILES

# An older release of the same, whose module was not compressed.
spec=/mnt/specs/$name/$name.spec
cp -a "/mnt/specs/$name" /tmp/old
sed -i 's/^Version: .*/Version: 0.0.9/; s/toa\\\.ko\\\.xz/toa\\.ko/; s/toa\.ko\.xz/toa.ko/g' "/tmp/old/$name.spec"
[ $file = toa.ko ] || xz -d "/tmp/old/tree/lib/modules/$kernel/extra/toa/toa.ko.xz"
succeeds env SOURCE_DATE_EPOCH=1700000000 rpmbuild -bb --nodeps --target x86_64 --define '_topdir /tmp/old' --define '_rpmdir /tmp' \
  "/tmp/old/$name.spec"

depmod -a "$kernel"
snapshot >/tmp/before
rpm -e --force-debian --nodeps kernel-core
fails_with "kernel-core = $KERNEL_VERSION is needed by $name" rpm -i --force-debian "$common" "$module"
stub kernel-core 5.14.0 999.el9 x86_64
succeeds rpm -i --force-debian /tmp/stub/kernel-core.rpm
fails_with "kernel-core = $KERNEL_VERSION is needed by $name" rpm -i --force-debian "$common" "$module"
rpm -e --force-debian --nodeps kernel-core
stub kernel-core "${KERNEL_VERSION%-*}" "${KERNEL_VERSION#*-}" x86_64
succeeds rpm -i --force-debian /tmp/stub/kernel-core.rpm

succeeds rpm -i --force-debian "$common" "/tmp/$name-0.0.9-1.x86_64.rpm"
[ ! -s /tmp/said ] || fail "rpm -i: $(cat /tmp/said)"
listed "$kernel" extra/toa/toa.ko
succeeds rpm -U --force-debian "$module"
[ ! -s /tmp/said ] || fail "rpm -U: $(cat /tmp/said)"
listed "$kernel" "extra/toa/$file"
[ "$(ls "/lib/modules/$kernel/extra/toa")" = "$file" ] || fail "left of the older release: $(ls "/lib/modules/$kernel/extra/toa")"
finished "$kernel" "/lib/modules/$kernel/extra/toa/$file"
succeeds rpm -V "$name" toa-modules-common
[ ! -s /tmp/said ] || fail "rpm -V: $(cat /tmp/said)"
rpm -q --qf '%{DESCRIPTION}\n' "$name" | grep -q "^Toa-Kernel: $kernel\$" || fail "its description lacks Toa-Kernel"
[ "$(rpm -q --qf '%{BUILDHOST} %{BUILDTIME}' "$name")" = "toa $(rpm -q --qf '%{BUILDTIME}' toa-modules-common)" ] ||
  fail "made on $(rpm -q --qf '%{BUILDHOST} %{BUILDTIME}' "$name")"
grep -q '^options toa trusted=.*203\.0\.113\.0/24' /lib/modprobe.d/toa.conf || fail "the settings lack --trust"
succeeds rpm -e --force-debian "$name" toa-modules-common
[ ! -s /tmp/said ] || fail "rpm -e: $(cat /tmp/said)"
listed "$kernel" ""
snapshot | same "the system after rpm -e" /tmp/before
[ ! -e /tmp/weak-modules-was-called ] || fail "weak-modules was called"
[ -z "$(find /lib/modules -name weak-updates)" ] || fail "there is a weak-updates folder"

# A depmod that does nothing and says nothing is found out.
mv /sbin/depmod /sbin/depmod.away
ln -s /bin/true /sbin/depmod
rpm -i --force-debian "$common" "$module" >/tmp/said 2>&1 || :
grep -q "depmod does not list extra/toa/$file" /tmp/said || fail "rpm -i --force-debian without depmod said: $(cat /tmp/said)"
