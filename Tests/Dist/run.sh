#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests what `make dist` makes: the static file and its packages in chroots of Debian 11, 12 and 13, manual pages, completions,
# lintian and rpmlint, apt and dnf installing from `make dist-repo`. Prints a line for each case and a total.
#
#   run.sh             all of it
#   run.sh apt dnf     only these files of cases/
set -euo pipefail
shopt -s inherit_errexit
. "$(dirname "$0")/../VM/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"

need_root
"$REPO/Tests/Dist/setup.sh"
if [ -z "${TOA_DIST_MOUNTS:-}" ]; then
  # From here on no mount is seen by the host.
  TOA_DIST_MOUNTS=yes exec unshare --mount --propagation private -- "$0" "$@"
fi

DIST_DIR=$REPO/Tests/Dist
DIST=$REPO/dist
deb=$(echo "$DIST"/toa_*.deb)
rpm=$(echo "$DIST"/toa-*.rpm)
for file in "$DIST/toa" "$deb" "$rpm"; do [ -e "$file" ] || die "there is no $file" 'make dist'; done
all=(host build again lint chroots apt dnf)
cases=("$@")
[ $# -gt 0 ] || cases=("${all[@]}")
for file in "$DIST_DIR"/cases/*.sh; do
  case " ${all[*]} " in *" $(basename "$file" .sh) "*) ;; *) die "$file is not run by $0" 'add it to the cases' ;; esac
done

WORK=$(mktemp -d)
mkdir -p "$CACHE/log"
trap 'umount -l "$WORK"/*/root 2>/dev/null || true; rm -rf --one-file-system "$WORK"' EXIT
count=0 failed=0

# check NAME COMMAND...: a case that passes when the command does.
check() {
  local name=$1 log=$WORK/log status
  shift
  # Behind `||` or `if`, bash would go on after a command that failed in the middle.
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  count=$((count + 1))
  if [ "$status" = 0 ]; then
    say "  ok    $name"
  else
    failed=$((failed + 1))
    say "  FAIL  $name (status $status)"
    sed 's/^/        /' "$log" | tail -n 25
  fi
}

# fresh SUITE NAME: a root of SUITE whose changes are thrown away; prints its folder.
fresh() {
  local place=$WORK/$2
  mkdir -p "$place/upper" "$place/work" "$place/root"
  mount -t overlay overlay -o "lowerdir=$CACHE/base-$1,upperdir=$place/upper,workdir=$place/work" "$place/root"
  mkdir -p "$place/root/mnt"
  echo "$place/root"
}

started=$SECONDS
find_mirrors
for name in "${cases[@]}"; do
  say "$name"
  . "$DIST_DIR/cases/$name.sh"
done
say "$count cases, $failed failed, $((SECONDS - started)) s"
[ "$failed" = 0 ]
