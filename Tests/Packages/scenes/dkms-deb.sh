# SPDX-License-Identifier: Apache-2.0
# dkms-deb.sh KERNEL...: the real DKMS builds the packaged source for every kernel of the root, and takes all of it away again.
. /mnt/scenes/lib.sh
# The build root leaves documents out, which dpkg would miss.
rm -f /etc/dpkg/dpkg.cfg.d/80quick
common=$(ls /mnt/1/toa-modules-common_*.deb)
dkms=$(ls /mnt/1/toa-dkms_*.deb)
for kernel; do depmod -a "$kernel"; done
snapshot >/tmp/before
succeeds dpkg --force-depends --install "$common" "$dkms"
for kernel; do
  dkms status -m toa -k "$kernel" | grep -q ': installed' || { cat /tmp/said; fail "DKMS: $(dkms status)"; }
  case $(find "/lib/modules/$kernel/kernel" -name 'dummy.ko*') in *.xz) file=toa.ko.xz ;; *) file=toa.ko ;; esac
  listed "$kernel" "updates/dkms/$file"
  finished "$kernel" "/lib/modules/$kernel/updates/dkms/$file"
done
[ -z "$(find /lib/modules -name weak-updates)" ] || fail "there is a weak-updates folder"
succeeds dpkg --force-depends --install "$dkms"
for kernel; do dkms status -m toa -k "$kernel" | grep -q ': installed' || fail "installed again: $(dkms status)"; done
succeeds dpkg --purge toa-dkms toa-modules-common
[ -z "$(dkms status -m toa)" ] || fail "DKMS still has: $(dkms status)"
for kernel; do listed "$kernel" ""; done
snapshot | same "the system after a purge" /tmp/before
# A DKMS without its script builds nothing, and that is an error.
mv /usr/lib/dkms/common.postinst /usr/lib/dkms/common.postinst.away
fails_with "there is no /usr/lib/dkms/common.postinst" dpkg --force-depends --install "$common" "$dkms"
