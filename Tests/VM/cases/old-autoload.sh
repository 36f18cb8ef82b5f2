# SPDX-License-Identifier: Apache-2.0
# Shows: when all is right again, and start-up lines load a toa as the vendors' guides say: named, taken out where asked, given back
. "$CASES/lib"
printf '%s\n' '#!/bin/sh -e' 'if [ -e /root/toa.ko ]; then' '  insmod /root/toa.ko' 'fi' 'exit 0' >/etc/rc.local
chmod 750 /etc/rc.local
printf '%s\n' 'umask 022' '/sbin/insmod /root/toa.ko trusted=0.0.0.0/0' >/etc/profile.d/old-toa.sh
cp -p /etc/rc.local /etc/profile.d/old-toa.sh .
status=0
(
  expect 0 toa install --backend module -y
  is_loaded toa
  says '/etc/rc.local:3: insmod /root/toa.ko' stderr
  says '/etc/profile.d/old-toa.sh:2: /sbin/insmod /root/toa.ko trusted=0.0.0.0/0' stderr
  says '-> toa install --remove-old-autoload' stderr
  cmp rc.local /etc/rc.local || fail "a yes to the plan changed rc.local"
  expect 0 toa install -y --remove-old-autoload
  [ "$(sed -n 3p /etc/rc.local)" = ': #   insmod /root/toa.ko' ] || fail "rc.local has $(sed -n 3p /etc/rc.local)"
  [ "$(stat -c %a /etc/rc.local)" = 750 ] || fail "rc.local has another mode"
  sh -e /etc/rc.local
  expect 0 toa doctor --json --only PER04
  grep -q '"observed" *: *"none"' stdout || fail "doctor still finds lines: $(tail -n 20 stdout)"
  expect 0 toa install -y
  says 'nothing to change' stderr
  expect 0 toa uninstall -y
  not_loaded toa
  cmp rc.local /etc/rc.local || fail "uninstall did not give rc.local back"
  cmp old-toa.sh /etc/profile.d/old-toa.sh || fail "uninstall did not give the profile back"
  [ "$(stat -c %a /etc/rc.local)" = 750 ] || fail "rc.local has another mode after uninstall"
) || status=$?
rm -f /etc/rc.local /etc/profile.d/old-toa.sh
exit "$status"
