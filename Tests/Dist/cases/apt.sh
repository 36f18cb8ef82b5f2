# SPDX-License-Identifier: Apache-2.0
# apt of Debian 12 installs from a repository, signed or not, and refuses one that was tampered with.

repo=$WORK/repo
make_base bookworm
root=$(fresh bookworm apt)
mkdir -p "$root/srv"

# with_source TEXT: the repository is all that apt knows.
with_source() {
  rm -rf "$root/srv/repo"
  cp -a "$repo" "$root/srv/repo"
  rm -rf "$root"/etc/apt/sources.list.d/* "$root"/var/lib/apt/lists/*
  : >"$root/etc/apt/sources.list"
  echo "$1" >"$root/etc/apt/sources.list.d/toa.list"
  in_root "$root" apt-get -q update
}

installs() {
  in_root "$root" apt-get -q -y --no-install-recommends install toa
  in_root "$root" toa --version
  in_root "$root" apt-get -q -y purge toa
}

unsigned() {
  "$REPO/Tools/dist-repo.sh" "$repo" | tee "$WORK/said"
  grep -q 'not signed' "$WORK/said"
  ! with_source 'deb file:/srv/repo/apt stable main' || { echo 'apt took an unsigned repository unasked'; return 1; }
  with_source 'deb [trusted=yes] file:/srv/repo/apt stable main'
  installs
}

signed() {
  export GNUPGHOME=$WORK/gnupg
  mkdir -p -m 700 "$GNUPGHOME"
  gpg --batch --quiet --passphrase '' --quick-generate-key 'toa test <toa@example.org>' rsa3072 sign never
  "$REPO/Tools/dist-repo.sh" --sign toa@example.org "$repo"
  gpgconf --kill gpg-agent
  with_source 'deb [signed-by=/srv/repo/apt/toa.asc] file:/srv/repo/apt stable main'
  installs
}

tampered() {
  sed -i 's/^Size: 5/Size: 6/; s/^Version: /Version: 9/' "$repo"/apt/dists/stable/main/binary-*/Packages
  rm -f "$repo"/apt/dists/stable/main/binary-*/Packages.xz
  ! with_source 'deb [signed-by=/srv/repo/apt/toa.asc] file:/srv/repo/apt stable main'
}

check 'apt installs from an unsigned repository only when it is told to' unsigned
check 'apt installs from a signed repository' signed
check 'apt refuses a repository whose list was changed after signing' tampered
