# SPDX-License-Identifier: Apache-2.0
# Shows: after uninstall: the same packages as before, with the new kernel and what its headers need
. "$CASES/lib"
evr=$(rpm -q --qf '%{EVR}.%{ARCH}' kernel-core)
{
  sed -E "s/^(kernel|kernel-core|kernel-modules-core)-[0-9].*/\1-$evr/" "$STATE/rpms"
  echo "kernel-devel-$evr"
  rpm -q make
} | LC_ALL=C sort >wanted
rpm -qa | LC_ALL=C sort >found
diff wanted found || fail "other packages than before: $(diff wanted found | grep '^[<>]' | tr '\n' ' ')"
