# SPDX-License-Identifier: Apache-2.0
# Shows: toa doctor
. "$CASES/lib"
show toa doctor
expect 0 toa doctor --json
cp stdout doctor.json
says '"schema"' doctor.json
