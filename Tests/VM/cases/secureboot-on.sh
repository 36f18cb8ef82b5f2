# SPDX-License-Identifier: Apache-2.0
# Shows: Secure Boot is on, and the firmware has toa's certificate
. "$CASES/lib"
dpkg --install "${CASES%/cases}"/debs/*.deb
kernel_says "Secure boot enabled"
grep -qF '[integrity]' /sys/kernel/security/lockdown || fail "lockdown reads $(cat /sys/kernel/security/lockdown)"
expect 0 mokutil --sb-state
says "SecureBoot enabled" stdout
fingerprint=$(openssl x509 -in "${CASES%/cases}/keys/toa.pem" -noout -fingerprint -sha1 | tr 'A-F' 'a-f' | sed 's/.*=//')
expect 0 mokutil --list-enrolled
says "$fingerprint" stdout
