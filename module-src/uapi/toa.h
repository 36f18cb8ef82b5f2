/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What user space may rely on: names, paths and limits of toa.ko.
 */
#ifndef _UAPI_TOA_H
#define _UAPI_TOA_H

/*
 * Counters of all CPUs that are online, in the layout that all TOA modules
 * share: a line of 34 spaces and "CPU%d" followed by 7 spaces for each CPU;
 * then for each counter "%-25s:" and "%10lu " for each CPU.
 * Only in the initial network namespace.
 */
#define TOA_STATS_PATH "/proc/net/toa_stats"

/*
 * Prefixes from whose addresses an option is believed: separated by commas or
 * white space; an address without a length is one host; "any" is everybody,
 * "none" is nobody. Host bits must be zero. Readable and writable; a list
 * that does not parse is refused with EINVAL and the old one stays.
 */
#define TOA_TRUSTED_PATH "/sys/module/toa/parameters/trusted"
#define TOA_TRUSTED_MAX_PREFIXES 256
#define TOA_TRUSTED_MAX_LENGTH 4000

/*
 * Load parameter hook=auto|ftrace|kretprobe. Reads back as the one in use:
 * "ftrace" or "kretprobe".
 */
#define TOA_HOOK_PATH "/sys/module/toa/parameters/hook"

/* Load parameter max_entries: sockets that can have an address at one time. */
#define TOA_MAX_ENTRIES_PATH "/sys/module/toa/parameters/max_entries"

#endif
