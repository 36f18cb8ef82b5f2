# SPDX-License-Identifier: Apache-2.0
# Each profile reads its own options and no others; what eBPF cannot do is refused, and what works goes on.

for profile in default tencent-gaap ucloud alibaba-cdn,-syn 252/20,254/16,249/40,250/8,77/12:ip4@8+port@2 250/20:ip4@4,250/8; do
  load --profile "$profile"
  /usr/bin/python3 -B "$BPF_DIR/clients/profile.py" "$profile"
done
status=0
"$TOA" load --backend ebpf --profile lvs >"$WORK/refused.out" 2>&1 || status=$?
same "a profile with syn is refused" "77 error: eBPF cannot do all of the profile lvs" "$status $(head -n 1 "$WORK/refused.out")"
/usr/bin/python3 -B "$BPF_DIR/clients/profile.py" "$profile"
