#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What needs no guest: builds toa.ko for each kernel with all warnings (W=1) and with sparse, once without IPv6, and reads its
# source with checkpatch. Any word fails.
#
#   check.sh [KERNEL]...     all of them without arguments
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"
. "$VM_DIR/lib/checkpatch.sh"

kernels=${*:-$ALL_KERNELS}
run=$CACHE/run/check
rm -rf "$run"
mkdir -p "$run" "$CACHE/log"
started=$(seconds)
passed=0 failed=0

# judged NAME COMMAND...: its output is shown when it fails.
judged() {
  local name=$1
  shift
  if "$@" >"$run/$name" 2>&1 </dev/null; then
    echo "check $name ok"
    passed=$((passed + 1))
  else
    echo "check $name FAIL; see $run/$name"
    tail -n 20 "$run/$name" | sed 's/^/  | /'
    failed=$((failed + 1))
  fi
}

# prepare_root: sparse, and perl for what W=1 says of comments.
prepare_root() {
  [ -e "$ROOT/usr/bin/sparse" ] && [ -e "$ROOT/usr/bin/perl" ] && [ -d "$ROOT/usr/share/perl" ] ||
    install_packages "$ROOT" "$CACHE/log/check-root.log" sparse perl
}

warnings() {
  # shellcheck disable=SC2046
  SHARE=$REPO in_root "$ROOT" sh /mnt/Tests/Module/check.sh "/lib/modules/$KVER/build" $(make_words "$1")
}

# without_ip6: the same with headers whose kernel would have no IPv6, of which Debian has none.
without_ip6() {
  local headers
  headers=$(in_root "$ROOT" readlink -f "/lib/modules/$KVER/build")
  # shellcheck disable=SC2016,SC2046
  SHARE=$REPO in_root "$ROOT" sh -euc '
    rm -rf "$1-no-ipv6"
    cp -a "$1" "$1-no-ipv6"
    trap "rm -rf \"$1-no-ipv6\"" EXIT
    cd "$1-no-ipv6"
    # With all that depends on it: CONFIG_IPV6_SUBTREES, CONFIG_MPTCP_IPV6.
    sed -i "/^#define CONFIG_[A-Z0-9_]*IPV6/d" include/generated/autoconf.h
    sed -i "/^CONFIG_[A-Z0-9_]*IPV6/d" include/config/auto.conf .config
    if grep -E "CONFIG_[A-Z0-9_]*IPV6" include/generated/autoconf.h include/config/auto.conf; then
      echo "IPv6 is still in these headers"
      exit 1
    fi
    shift
    sh /mnt/Tests/Module/check.sh "$PWD" "$@"
  ' without "$headers" $(make_words "$1")
}

need_root
for kernel in $kernels; do
  [ -e "$CACHE/READY-$kernel" ] || "$VM_DIR/kernels.sh" "$kernel"
  . "$CACHE/READY-$kernel"
  prepare_root
  judged "warnings-$kernel" warnings "$kernel"
done
. "$CACHE/READY-${kernels%% *}"
judged "without-ip6-${kernels%% *}" without_ip6 "${kernels%% *}"
judged style "$REPO/Tests/Module/style.sh" "$(checkpatch)"

echo "$passed $failed $(($(seconds) - started))" >"$run/result"
echo "check: $passed passed, $failed failed"
[ "$failed" = 0 ]
