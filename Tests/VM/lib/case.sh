# SPDX-License-Identifier: Apache-2.0
# Sourced by every case. A case ends at the first failed line; the last line it prints is the reason shown.

fail() {
  echo "$*"
  exit 1
}

# expect STATUS COMMAND...: the command must end with exactly this exit status. Leaves the files stdout and stderr.
# In a demo it runs on a terminal of its own and is seen live (descriptor 3 is the screen).
expect() {
  wanted=$1
  shift
  status=0
  echo "+ $*"
  if [ -n "${DEMO:-}" ] && [ "${*%--json*}" = "$*" ]; then
    printf '\n\033[1;36m$ %s\033[0m\n' "$*" >&3
    script -qefc "$*" seen >&3 </dev/null 2>&1 || status=$?
    sed -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' -e 's/\r//g' -e '/^Script \(started\|done\)/d' seen >stdout
    cp stdout stderr
  else
    "$@" >stdout 2>stderr || status=$?
  fi
  cat stdout stderr
  [ "$status" = "$wanted" ] || fail "'$*' exits $status, expected $wanted: $(tail -n 1 stderr)"
}

# Where toa writes what it does.
JOURNAL=/var/lib/toa/journal

# killed_after done|undone COUNT COMMAND...: the command must be killed as soon as the journal says that so many steps are done,
# or undone. What it had started goes on alone for a moment, as it would on any machine; that is waited for.
killed_after() {
  word=$1 count=$2
  shift 2
  status=0
  kill-after "$word" "$count" "$JOURNAL" "$@" >killed 2>&1 || status=$?
  cat killed
  [ $status = 137 ] || fail "'$*' was not killed after $count steps: $(tail -n 1 killed)"
  # A new process has the name of toa until it has become its program.
  while pidof toa make dpkg dpkg-deb apt-get cc1 modprobe depmod systemctl >/dev/null; do sleep 0.2; done
}

# show COMMAND...: only in a demo, for the eye.
show() {
  [ -z "${DEMO:-}" ] || expect 0 "$@"
}

# note TEXT: a line for the log and, in a demo, for the screen.
note() {
  echo "$*"
  echo "$*" >&3
}

# says TEXT FILE: also where a line ends in the middle of it; white space is white space.
says() {
  tr -s '\n ' ' ' <"$2" | grep -qiF -- "$(echo "$1" | tr -s ' ')" || fail "'$1' is not in $2: $(head -c 300 "$2" | tr '\n' ' ')"
}

# says_error TEXT: that and nothing else is what the last command says from its error on, where lines end apart.
says_error() {
  said=$(sed -n '/^error: /,$p' stderr | tr -s '\n ' ' ' | sed 's/ $//')
  [ "$said" = "$(printf '%s' "$1" | tr -s '\n ' ' ')" ] || fail "not the error that was expected: $said"
}

kernel_says() {
  dmesg | grep -qF -- "$1" || fail "the kernel log does not say '$1'"
}

loaded() {
  [ -d "/sys/module/$1" ]
}

is_loaded() {
  loaded "$1" || fail "module $1 is not loaded"
}

not_loaded() {
  ! loaded "$1" || fail "module $1 is still loaded"
}

# stat_of NAME: the sum over all CPUs of one counter of /proc/net/toa_stats, which has a column per CPU.
stat_of() {
  awk -v name="$1" '{ key = $1; sub(/:$/, "", key); first = ($2 == ":") ? 3 : 2 }
    key == name { for (i = first; i <= NF; i++) sum += $i; seen = 1 } END { if (!seen) exit 1; print sum + 0 }' /proc/net/toa_stats
}

# without PACKAGE...: takes packages away as if they had never been installed; 'restore' brings them back.
without() {
  {
    dpkg -L "$@"
    find /etc/alternatives /usr/bin -lname '/*'
    find /var/lib/dpkg
  } | sort -u | while read -r path; do
    if [ -e "$path" ] || [ -L "$path" ]; then echo "$path"; fi
  done | tar cPf "$STATE/taken.tar" --no-recursion -T -
  dpkg --purge --force-depends "$@"
}

restore() {
  rm -rf /var/lib/dpkg
  tar xPf "$STATE/taken.tar"
  rm "$STATE/taken.tar"
}

# kernel_modules NAME...: loads those that this kernel has as modules; the others are part of it, or are not there.
kernel_modules() {
  for name; do
    [ -z "$(find "/lib/modules/$(uname -r)/kernel" -name "$name.ko")" ] || expect 0 modprobe "$name"
  done
}

# with_module PROGRAM [PARAMETERS]: one of Tests/Module/guest that loads and unloads the module itself, and says how often it was right.
with_module() {
  not_loaded toa
  expect 0 timeout "${LIMIT:-300}" "$1" "/lib/modules/$(uname -r)/updates/toa.ko" "${2:-}"
  says '"failed":0}' stdout
  not_loaded toa
}

# with_fire WHAT COUNT: the same, of the program 'fire'
with_fire() {
  not_loaded toa
  expect 0 timeout "${LIMIT:-300}" fire "$1" "/lib/modules/$(uname -r)/updates/toa.ko" "$2"
  says '"failed":0}' stdout
  not_loaded toa
}

# stress_cycles COUNT [PARAMETERS]: loads and unloads the module that often while connections are made; none may be lost.
stress_cycles() {
  expect 0 stress "/lib/modules/$(uname -r)/updates/toa.ko" "$1" "$((60 + 10 * $1))" ${2:+"$2"}
  says "\"cycles\":$1," stdout
  says '"lost":0,' stdout
  says '"wrong":0,' stdout
  says '"balanced":true,' stdout
}

# timed COMMAND...: leaves in 'seconds' how long it took.
timed() {
  begun=$(cut -d' ' -f1 /proc/uptime)
  "$@"
  seconds=$(awk -v begun="$begun" '{ printf "%.1f", $1 - begun }' /proc/uptime)
}

# newest_kernel: what a boot loader would start.
newest_kernel() {
  find /boot -name 'vmlinuz-*' | sed 's#.*/vmlinuz-##' | sort -V | tail -n 1
}
