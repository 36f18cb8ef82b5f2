# SPDX-License-Identifier: Apache-2.0
# The static file and the deb in Debian 11, 12 and 13, which have glibc 2.31, 2.36 and 2.41.

# runs_in ROOT: what can be asked of toa without changing anything.
runs_in() {
  local root=$1 verb status
  cp "$DIST/toa" "$root/mnt/toa"
  [ "$(in_root "$root" /mnt/toa --version)" = "$("$DIST/toa" --version)" ]
  # No kernel of this root runs: a doctor with findings ends with 2, a build without headers with 21 or 77.
  for verb in 'status' 'doctor' 'build --explain' 'install --dry-run' 'doctor --json'; do
    status=0
    # shellcheck disable=SC2086
    in_root "$root" /mnt/toa $verb >"$WORK/said" 2>&1 || status=$?
    echo "$verb: $status"
    case $status in 0 | 2 | 10 | 11 | 21 | 77) ;; *) cat "$WORK/said"; return 1 ;; esac
    [ -s "$WORK/said" ]
  done
  rm "$root/mnt/toa"
}

files_of() { (cd "$1" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./var/log -o -path ./var/cache \
  -o -path './var/lib/dpkg/*-old' \) -prune -o -print | sort); }

installs_in() {
  local root=$1
  files_of "$root" >"$WORK/before"
  cp "$deb" "$root/mnt/toa.deb"
  in_root "$root" dpkg --install /mnt/toa.deb
  in_root "$root" sh -euc 'toa --version; dpkg --verify toa; dpkg-query -W -f "\${db:Status-Status}\n" toa | grep -qx installed
    test -s /usr/share/bash-completion/completions/toa'
  in_root "$root" dpkg --purge toa
  rm "$root/mnt/toa.deb"
  files_of "$root" >"$WORK/after"
  diff "$WORK/before" "$WORK/after"
}

for suite in bullseye bookworm trixie; do
  make_base $suite
  root=$(fresh $suite chroot-$suite)
  check "$suite: dist/toa runs" runs_in "$root"
  check "$suite: the deb goes in and out without a trace" installs_in "$root"
done
