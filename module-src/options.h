/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a client address in the options of a TCP header. Knows bytes only,
 * nothing of the kernel: the same file is tested in user space.
 */
#ifndef TOA_OPTIONS_H
#define TOA_OPTIONS_H

#include <linux/types.h>

enum toa_verdict {
	TOA_FOUND,
	/* No option of a known kind. */
	TOA_NONE,
	/* A known kind, but the length or the address makes no sense. */
	TOA_MALFORMED,
};

struct toa_client {
	__be32 ip4;
	__be16 port;
	/* Of the option. */
	u8 kind;
	u8 length;
};

/* @options: what follows the fixed TCP header, @length bytes of it. */
enum toa_verdict toa_options_find(const u8 *options, unsigned int length,
				  struct toa_client *client);

#endif
