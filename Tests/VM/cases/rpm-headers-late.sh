# SPDX-License-Identifier: Apache-2.0
# Shows: headers that come after their kernel: rpm's file trigger has the module built
. "$CASES/lib"
next=$(newest_kernel)
expect 0 toa kernel-removed "$next"
if grep -q '/toa\.ko' "/lib/modules/$next/modules.dep"; then fail "the module of $next did not go"; fi
package=$(rpm -q --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n' kernel-devel | sort -V | tail -n 1)
expect 0 rpm -U --replacepkgs "/srv/repo/$package.rpm"
says "toa: kernel $next has its toa.ko: /lib/modules/$next/extra/toa/toa.ko" stderr
grep -q '^extra/toa/toa\.ko:' "/lib/modules/$next/modules.dep" || fail "modules.dep of $next lacks toa.ko"
