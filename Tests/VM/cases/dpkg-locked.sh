# SPDX-License-Identifier: Apache-2.0
# Shows: while dpkg is at work
. "$CASES/lib"
# A package whose script waits for the file 'go', at most a minute, holds dpkg's lock as long.
mkdir -p slow/DEBIAN
printf '%s\n' 'Package: slow' 'Version: 1' 'Architecture: all' 'Maintainer: Nobody <nobody@example.org>' 'Description: waits' \
  >slow/DEBIAN/control
cat >slow/DEBIAN/preinst <<END
#!/bin/sh
touch $PWD/started
for i in \$(seq 600); do [ ! -e $PWD/go ] || exit 0; sleep 0.1; done
END
chmod 755 slow/DEBIAN/preinst
expect 0 dpkg-deb --build slow slow.deb
dpkg --install slow.deb >dpkg.log 2>&1 &
dpkg=$!
for _ in $(seq 300); do [ ! -e started ] || break; sleep 0.1; done
status=0
(
  [ -e started ] || fail "dpkg did not come to the package's script: $(tail -n 1 dpkg.log)"
  expect 75 toa install --backend module -y
  says_error "error: the package database is locked
    another package manager is running
    -> wait until it has finished, then run the same command again"
) || status=$?
touch go
wait "$dpkg" || status=$?
dpkg --purge slow
exit "$status"
