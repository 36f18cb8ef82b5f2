# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenes: the few words that they use.

fail() { echo "FAILED: $*" >&2; exit 1; }

# same WHAT FILE: standard input is what FILE has to be.
same() { diff -u "$2" - || fail "$1 is not as it should be"; }

# succeeds COMMAND..., fails_with WORDS COMMAND...: what the command says is in /tmp/said.
succeeds() { "$@" >/tmp/said 2>&1 || { cat /tmp/said; fail "$*"; }; }
fails_with() {
  local words=$1
  shift
  if "$@" >/tmp/said 2>&1; then cat /tmp/said; fail "did not fail: $*"; fi
  grep -q -- "$words" /tmp/said || { cat /tmp/said; fail "said nothing of '$words': $*"; }
}

# Every file, mode and content that packages could leave; not what tools write about themselves.
snapshot() {
  find /etc /lib/modprobe.d /lib/modules /usr/lib/modules-load.d /usr/src/toa* /usr/share/doc /var/lib/dkms \
    ! -name 'modules.*' ! -path '/etc/ld.so.cache' -printf '%M %p ' \( -type f -size -200k -exec md5sum {} \; -o -printf '\n' \) 2>/dev/null | sort
}

# listed KERNEL FILE: depmod's index has exactly that toa.
listed() {
  local found
  found=$(sed -nE 's#^([^:]*/toa\.ko[^:/]*):.*#\1#p' "/lib/modules/$1/modules.dep")
  [ "$found" = "$2" ] || fail "modules.dep of $1 has '$found', not '$2'"
}

# finished KERNEL FILE: for that kernel, without debugging information, compressed as its neighbours are.
finished() {
  local kernel=$1 file=$2 neighbour
  [ "$(modinfo -k "$kernel" -F filename toa)" = "$file" ] || fail "modinfo does not find $file"
  case "$(modinfo -k "$kernel" -F vermagic toa)" in "$kernel "*) ;; *) fail "vermagic of $file" ;; esac
  neighbour=$(find "/lib/modules/$kernel/kernel" -name 'dummy.ko*')
  [ "${neighbour##*.}" = "${file##*.}" ] || fail "$file beside $neighbour"
  case $file in *.xz) xz -dc "$file" ;; *) cat "$file" ;; esac >/tmp/toa.ko
  if readelf -S /tmp/toa.ko | grep -q '\.debug_'; then fail "$file has debugging information"; fi
}
