# SPDX-License-Identifier: Apache-2.0
# A module for a kernel that this machine never had, built from unpacked packages of its headers by a user without rights.

headers=$WORK/headers
mkdir -p "$headers/packages" "$headers/root" "$headers/out"

unpack_headers() {
  local root release
  make_base bookworm
  root=$(fresh bookworm headers-root)
  release=$(newest_kernel "$root" '6\.1\..*')
  [ -n "$release" ]
  in_root "$root" sh -c "cd /mnt && apt-get -q download linux-headers-$release linux-headers-${release%-cloud-*}-common \
    \$(apt-cache depends linux-headers-$release | sed -nE 's/.*Depends: (linux-kbuild-.*)/\1/p')"
  mv "$root"/mnt/*.deb "$headers/packages/"
  for package in "$headers"/packages/*.deb; do dpkg-deb -x "$package" "$headers/root"; done
  echo "$release" >"$headers/release"
}

build_for_them() {
  local release
  release=$(cat "$headers/release")
  [ ! -e "/lib/modules/$release" ]
  chown 65534:65534 "$headers/out"
  chmod 755 "$WORK"
  setpriv --reuid 65534 --regid 65534 --clear-groups "$DIST/toa" build --layout --out "$headers/out" \
    --kernel-dir "$headers/root/usr/src/linux-headers-$release"
  modinfo -F vermagic "$headers/out/$release/$(uname -m)/toa.ko" | grep "^$release "
  (cd "$headers/out/$release/$(uname -m)" && sed -nE 's/^  "sha256" : "(.*)",$/\1  toa.ko/p' toa.ko.json | sha256sum --check)
}

ends_with_21() {
  local status=0
  "$DIST/toa" build --kernel-dir "$headers/root/usr/src" --out "$headers/out" || status=$?
  [ "$status" = 21 ]
}

check 'headers of Debian 12 are unpacked' unpack_headers
check 'build --kernel-dir makes a module and its manifest, without root' build_for_them
check 'a folder without headers ends with 21' ends_with_21
