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
 * A line for each socket that has an address now. In the initial network
 * namespace those of all namespaces, in another one only its own. First a
 * heading, then lines of five words with one or more spaces between them:
 *
 *	client balancer local option netns
 *
 * The first three are "192.0.2.1:80", or "[2001:db8::1]:80" for IPv6; an IPv4
 * address of an IPv6 socket is shown as IPv4. "balancer" is the peer from
 * which the option came, "local" the server's own end. "option" is
 * kind/length, "netns" the number that is also in /proc/PID/ns/net. The order
 * of the lines means nothing; more words may follow in later versions.
 *
 * A socket that has its address all the time while the file is read from its
 * beginning to its end is shown exactly once.
 *
 * The layout is our own. A vendor's module has a file of this name with IPv6
 * clients, whose layout is not public.
 */
#define TOA_TABLE_PATH "/proc/net/toa_table"

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
