/* SPDX-License-Identifier: GPL-2.0-only */
/* What the injector and its loader share. */
#ifndef TOA_BENCH_INJECT_H
#define TOA_BENCH_INJECT_H

#include <linux/types.h>

#define INJECT_MAX 40

/* Which segments of a connection get the option; bits. */
enum {
	INJECT_SYN = 1,
	/* The first one after the SYN: it completes the handshake. */
	INJECT_FIRST = 2,
	/* Later ones without data. */
	INJECT_BARE = 4,
	/* Later ones with data. */
	INJECT_DATA = 8,
};

struct inject {
	__u32 segments;
	/* Where the port is, or 0; see below. */
	__u32 port_offset;
	/* Of option[], a multiple of four. */
	__u32 length;
	/* The option with its kind and length, and NOPs behind it. */
	__u8 option[INJECT_MAX];
};

#endif
