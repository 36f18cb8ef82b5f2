/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What user space may rely on: names, paths and limits of toa.ko.
 */
#ifndef _UAPI_TOA_H
#define _UAPI_TOA_H

#include <linux/in6.h>
#include <linux/types.h>

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
 * What the balancers send and the applications ask for: words separated by
 * commas or white space, from left to right. A vendor ("default", "lvs",
 * "dpvs", "tencent-clb", "tencent-gaap", "ksyun", "huawei-elb", "ucloud",
 * "alibaba-cdn"); an option, KIND/LENGTH when it is a known one, else
 * KIND/LENGTH:LAYOUT, where LAYOUT is ip4@OFFSET or ip6@OFFSET, maybe with
 * +port@OFFSET, or none; a socket call, 4096 or 1345; "deferred", "late" and
 * "syn", where else an option is looked for; "last", which of several counts.
 * A "-" before any but a vendor takes it away again. Readable and writable; a
 * text that does not parse is refused with EINVAL, and nothing changes.
 */
#define TOA_PROFILE_PATH "/sys/module/toa/parameters/profile"
#define TOA_PROFILE_MAX_LENGTH 1000

/*
 * The socket calls that are answered now: "4096,1345", one of them, or "none".
 * One that the profile has and this has not belongs to another module.
 */
#define TOA_GETSOCKOPT_PATH "/sys/module/toa/parameters/getsockopt"

/*
 * getsockopt(IPPROTO_IP, TOA_SO_NAT64_PEER): the IPv6 client of an IPv4
 * socket, as DPVS, Huawei and Tencent have it. Both calls: EINVAL when the
 * buffer is too small or the socket has no client, ENOTCONN when it is not
 * connected; this one EFAULT when getpeername() tells the client already.
 */
#define TOA_SO_NAT64_PEER 4096

struct toa_nat64_peer {
	struct in6_addr saddr;
	__be16 port;
	__u16 zero;
};

/*
 * getsockopt(IPPROTO_IP, TOA_SO_TTM_PEER): any client, as Kingsoft has it.
 * Alibaba gives the number another meaning.
 */
#define TOA_SO_TTM_PEER 1345

struct toa_ttm_peer {
	/* AF_INET or AF_INET6, in the order of the machine. */
	__u16 af;
	__be16 port;
	/* An IPv4 address in the first four bytes, else zero. */
	__u8 address[16];
};

/*
 * Load parameter hook=auto|ftrace|kretprobe. Reads back as the one in use:
 * "ftrace" or "kretprobe".
 */
#define TOA_HOOK_PATH "/sys/module/toa/parameters/hook"

/* Load parameter max_entries: sockets that can have an address at one time. */
#define TOA_MAX_ENTRIES_PATH "/sys/module/toa/parameters/max_entries"

#endif
