#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes toa's packages for real kernels, twice, and lets the distributions' own tools judge, install, replace and remove them: dpkg, rpm,
# DKMS, lintian, rpmlint. Each scene works in a file system of its own above the kernels' build root, which stays as it is.
#
#   run.sh [--toa FILE]     another static toa than dist/toa
set -euo pipefail
. "$(dirname "$0")/../VM/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"

HERE=$REPO/Tests/Packages
TOA=$REPO/dist/toa
[ "${1:-}" != --toa ] || TOA=$2
need_root
[ -x "$TOA" ] || die "there is no static toa at $TOA" "make static"
"$VM_DIR/setup.sh"
"$HERE/setup.sh"
"$VM_DIR/kernels.sh" 6.1 6.12
kernels=""
for kernel in 6.1 6.12; do
  # shellcheck disable=SC1090
  . "$CACHE/READY-$kernel"
  kernels="$kernels $KVER"
done
[ "$(basename "$ROOT")" = root-bookworm ] || die "6.1 and 6.12 are not in one build root" "see Tests/VM/kernels.sh"

work=$CACHE/packages
log=$CACHE/log/packages.log
mkdir -p "$CACHE/log" "$work"
exec 9>"$work/.lock"
flock 9
rm -rf "$work/share" "$work"/scene-*
mkdir -p "$work/share"
cp "$TOA" "$work/share/toa"
cp -r "$HERE/scenes" "$work/share/scenes"
: >"$log"

# scene NAME LOWER COMMAND...: runs in the build root with a layer above it that catches all changes; LOWER is a layer in between.
scene() {
  local upper=$work/$1 lower=$2
  shift 2
  mkdir -p "$upper/files" "$upper/work" "$upper/root"
  # shellcheck disable=SC2016
  unshare --mount --propagation private -- bash -euc '
    upper=$1 lower=$2 root=$1/root; shift 2
    mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper/files,workdir=$upper/work" "$root"
    . "$1"; shift
    in_root "$root" "$@"
  ' scene "$upper" "$lower" "$VM_DIR/lib/common.sh" "$@"
}

# The tools that a build root does not have: rpm and DKMS. Kernels of other processors go, as DKMS would try them, too.
prepare_tools() {
  local recipe
  recipe=$(cat "$0" | sha256sum | cut -c1-16)
  if [ -e "$work/tools/.$recipe" ]; then return 0; fi
  say "packages: installing rpm and dkms into a layer above the build root"
  rm -rf "$work/tools"
  find_mirrors
  quietly "$log" scene tools "$ROOT" sh -euc '
    apt-get -q update
    apt-get -q -y --no-install-recommends install rpm dkms cpio file
    apt-get clean
    for folder in /lib/modules/*; do case "$folder" in *arm64 | *-rt-*) rm -rf "$folder" ;; esac; done
  ' || die "the tools cannot be installed" "see $log"
  touch "$work/tools/.$recipe"
}

passed=0 failed=0
# check NAME COMMAND...
check() {
  local name=$1 started
  shift
  started=$(seconds)
  if "$@" >"$work/$name.log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    printf '%-24s %4s s\n' "ok $name" "$(($(seconds) - started))"
  else
    failed=$((failed + 1))
    printf '%-24s\n' "FAILED $name"
    tail -n 25 "$work/$name.log" | sed 's/^/    /'
  fi
}

# in_scene NAME SCRIPT [WORD...]: a script of scenes/, run in a scene of that name; toa, the packages and the scripts are in /mnt.
in_scene() {
  local name=$1
  shift
  SHARE=$work/share scene "scene-$name" "$work/tools/files:$ROOT" sh -eu "/mnt/scenes/$1.sh" "${@:2}"
}

lint_debs() {
  # These packages are no uploads to Debian, so that none of its bugs wait for them; the fields Toa-… are toa's own, which dpkg keeps.
  lintian --allow-root --pedantic --display-info --fail-on error,warning,info,pedantic \
    --suppress-tags initial-upload-closes-no-bugs,unknown-field "$work"/share/1/*.deb
}

lint_rpms() {
  local said
  said=$(rpmlint --config "$HERE/rpmlint.toml" --rpmlintrc "$HERE/toa.rpmlintrc" "$work"/share/rpm-1/*.rpm 2>&1) || true
  echo "$said"
  # Its exit status is 0 with warnings.
  grep -q ' 0 errors, 0 warnings,' <<<"$said"
}

prepare_tools
# shellcheck disable=SC2086
check build-debs in_scene build build deb 1 2 $kernels
# shellcheck disable=SC2086
check build-rpms in_scene rpm-build build rpm rpm-1 rpm-2 $kernels
check lintian lint_debs
check rpmlint lint_rpms
for kernel in $kernels; do
  check "deb-$kernel" in_scene "deb-$kernel" deb "$kernel"
  check "rpm-$kernel" in_scene "rpm-$kernel" rpm "$kernel"
done
# shellcheck disable=SC2086
check dkms-deb in_scene dkms-deb dkms-deb $kernels
# shellcheck disable=SC2086
check dkms-rpm in_scene dkms-rpm dkms-rpm $kernels
# shellcheck disable=SC2086
check rpm-locked in_scene rpm-locked rpm-locked ${kernels##* }
echo "packages: $passed passed, $failed failed"
[ "$failed" = 0 ]
