# SPDX-License-Identifier: Apache-2.0
# Shows: as quick as DKMS with the same source, self-test included
. "$CASES/lib"
source=/usr/src/toa-timing-1
cp -r "${CASES%/cases}/module-src" $source
printf '%s\n' 'PACKAGE_NAME="toa-timing"' 'PACKAGE_VERSION="1"' 'BUILT_MODULE_NAME[0]="toa"' 'DEST_MODULE_LOCATION[0]="/updates"' \
  'AUTOINSTALL="no"' >$source/dkms.conf
timed expect 0 dkms install toa-timing/1 -k "$(uname -r)"
dkms=$seconds
expect 0 dkms remove toa-timing/1 --all
rm -rf $source

timed expect 0 toa install -y --kernel-updates none
note "toa install: $seconds s, dkms install: $dkms s"
awk -v toa="$seconds" -v dkms="$dkms" 'BEGIN { exit !(toa <= dkms) }' || fail "toa install took $seconds s, dkms install $dkms s"
expect 0 toa uninstall -y
not_loaded toa
