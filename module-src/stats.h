/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters for each CPU, shown in /proc/net/toa_stats. */
#ifndef TOA_STATS_H
#define TOA_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

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
	/* The address came after the handshake. */
	TOA_LATE_OPTION,
	/* From an ACK for which no socket was made. */
	TOA_DEFERRED_OPTION,
	TOA_SYN_OPTION,
	/* Such an ACK may have had an address, which nobody has kept. */
	TOA_DEFERRED_LOST,
	TOA_GETSOCKOPT_OK,
	/* A socket that was not followed, as its destructor is another one. */
	TOA_DESTRUCTOR_UNKNOWN,
	TOA_COUNTERS,
};

/* Different options since the module was loaded; more are not counted. */
#define TOA_OPTION_COUNTERS 48

struct toa_counters {
	unsigned long value[TOA_COUNTERS];
	unsigned long option[TOA_OPTION_COUNTERS];
};

extern struct toa_counters __percpu *toa_counters;

/* Correct in every context, also where the task may change its CPU. */
static inline void toa_count(enum toa_counter counter)
{
	this_cpu_inc(toa_counters->value[counter]);
}

static inline void toa_count_option(u8 counter)
{
	if (counter < TOA_OPTION_COUNTERS)
		this_cpu_inc(toa_counters->option[counter]);
}

/* The counter of an option, a new one if need be. Not from two tasks. */
u8 toa_option_counter(u8 kind, u8 length);

int toa_stats_init(void);
void toa_stats_exit(void);

#endif
