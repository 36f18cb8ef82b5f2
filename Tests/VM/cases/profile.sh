# SPDX-License-Identifier: Apache-2.0
# Shows: other options and socket calls without a reload, at load and from modprobe.d
. "$CASES/lib"
parameters=/sys/module/toa/parameters

# has PROFILE CALLS: what the module says of itself, and toa of the module.
has() {
  [ "$(cat $parameters/profile)" = "$1" ] || fail "the profile reads '$(cat $parameters/profile)', not '$1'"
  [ "$(cat $parameters/getsockopt)" = "$2" ] || fail "with $1, getsockopt reads '$(cat $parameters/getsockopt)', not '$2'"
  expect 0 toa status
  says "profile      $1" stdout
  says "getsockopt   $(echo "$2" | sed 's/,/, /')" stdout
}

has default 4096,1345
for profile in tencent-gaap:none dpvs:4096 ksyun:1345 huawei-elb,-4096,late:none; do
  expect 0 toa load --profile "${profile%:*}"
  has "${profile%:*}" "${profile#*:}"
done
expect 0 toa load --profile huawei-elb,-4096,late
says "nothing to do" stderr

# What does not parse is refused as a whole, by toa and by the module, and changes nothing.
expect 64 toa load --profile dpvs,nonsense
for bad in dpvs,nonsense 254/8:ip4@9 4096 default,254/8:none ''; do
  if echo "$bad" >$parameters/profile 2>/dev/null; then fail "'$bad' was accepted"; fi
done
kernel_says "TOA: profile: nonsense is not known, all refused"
has huawei-elb,-4096,late none
expect 77 toa load --backend ebpf --profile lvs
says "eBPF cannot do all of the profile lvs" stderr

# At load: by name as the boot does, and with words of the command line, which are stronger.
expect 0 toa unload
expect 77 toa load --backend ebpf --profile lvs
[ ! -e /sys/fs/bpf/toa ] || fail "refused programs are pinned"
mkdir -p /lib/modprobe.d
echo 'options toa trusted=any profile=-late,lvs,-syn,77/8:ip4@4+port@2' >/lib/modprobe.d/toa.conf
expect 0 toa load
has -late,lvs,-syn,77/8:ip4@4+port@2 none
[ "$(cat $parameters/trusted)" = any ] || fail "trusted reads $(cat $parameters/trusted)"
expect 0 toa unload
expect 0 toa load --profile ucloud
has ucloud none
expect 0 toa unload
rm /lib/modprobe.d/toa.conf
expect 0 toa load
has default 4096,1345
