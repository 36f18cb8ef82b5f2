/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads /proc/net/toa_table and judges every line of it. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table {
	/* How often each port of the load balancer was in it. */
	unsigned char seen[65536];
	long rows;
	/* Lines that are not whole, or not as they should be. */
	long wrong;
	bool heading;
};

enum table_end {
	/* There is no such file. */
	TABLE_NONE,
	TABLE_WHOLE,
	/* Its module has gone while it was open. */
	TABLE_CUT,
	TABLE_FAILED,
};

/*
 * In the network namespace of the calling thread; @size bytes at a time, and
 * some milliseconds between them, so that anything can happen meanwhile.
 * Connections are expected from LB_IP4 to WIRE_IP4 with this client and option.
 */
enum table_end table_read(struct table *table, size_t size, const char *client,
			  const char *option);

#endif
