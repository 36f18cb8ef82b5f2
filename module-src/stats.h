/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters for each CPU, shown in /proc/net/toa_stats. */
#ifndef TOA_STATS_H
#define TOA_STATS_H

#include <linux/percpu.h>

/* The first eight: names and order of all TOA modules. Ours follow. */
enum toa_counter {
	TOA_SYN_RECV_SOCK_TOA,
	TOA_SYN_RECV_SOCK_NO_TOA,
	TOA_GETNAME_TOA_OK,
	/* An address, but the socket has another peer by now. */
	TOA_GETNAME_TOA_MISMATCH,
	/* An address, but the socket is not connected any more. */
	TOA_GETNAME_TOA_BYPASS,
	TOA_GETNAME_TOA_EMPTY,
	TOA_IP6_ADDRESS_ALLOC,
	TOA_IP6_ADDRESS_FREE,
	TOA_ENTRY_ALLOC,
	TOA_ENTRY_FREE,
	TOA_UNTRUSTED,
	TOA_OPTION_MALFORMED,
	TOA_ALLOC_FAILED,
	TOA_TABLE_FULL,
	TOA_COUNTERS,
};

struct toa_counters {
	unsigned long value[TOA_COUNTERS];
};

extern struct toa_counters __percpu *toa_counters;

/* Correct in every context, also where the task may change its CPU. */
static inline void toa_count(enum toa_counter counter)
{
	this_cpu_inc(toa_counters->value[counter]);
}

int toa_stats_init(void);
void toa_stats_exit(void);

#endif
