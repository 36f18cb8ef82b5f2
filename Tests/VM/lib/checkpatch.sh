# SPDX-License-Identifier: Apache-2.0
# Sourced: the kernel's checkpatch.pl, which Debian has in its package of the whole source only.

# checkpatch: prints its path; fetched once.
checkpatch() {
  local folder=$CACHE/checkpatch work=$CACHE/checkpatch.new log=$CACHE/log/checkpatch.log package
  if [ ! -e "$folder/checkpatch.pl" ]; then
    rm -rf "$work"
    mkdir -p "$work" "$CACHE/log"
    : >"$log"
    find_mirrors
    make_base bookworm
    chmod 777 "$work"
    # shellcheck disable=SC2016
    SHARE=$work quietly "$log" in_root "$CACHE/base-bookworm" sh -c 'cd /mnt && apt-get -q download linux-source-6.1' ||
      die "the package linux-source-6.1 cannot be fetched" "see $log"
    package=$(ls "$work"/linux-source-*.deb)
    # tar has all that it wants long before the end, and what feeds it then dies of it.
    {
      dpkg-deb --fsys-tarfile "$package" | tar xO --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc |
        tar x -C "$work" --strip-components=2 --occurrence=1 linux-source-6.1/scripts/checkpatch.pl \
          linux-source-6.1/scripts/const_structs.checkpatch linux-source-6.1/scripts/spelling.txt
    } 2>>"$log" || true
    [ -e "$work/checkpatch.pl" ] && [ -e "$work/spelling.txt" ] || die "no checkpatch.pl in $package" "see $log"
    rm -f "$package"
    mv "$work" "$folder"
  fi
  echo "$folder/checkpatch.pl"
}
