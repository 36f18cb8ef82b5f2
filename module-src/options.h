/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a client address in the options of a TCP header. Knows bytes only,
 * nothing of the kernel: the same file is tested in user space.
 */
#ifndef TOA_OPTIONS_H
#define TOA_OPTIONS_H

#include <linux/in6.h>
#include <linux/types.h>

#define TOA_MAX_OPTIONS 16

enum {
	TOA_OPTION_EOL = 0,
	TOA_OPTION_NOP = 1,
};

/*
 * How an option is laid out. The same kind means different things with
 * another length, so both together tell what an option is. Offsets are bytes
 * from the kind.
 */
struct toa_format {
	u8 kind;
	u8 length;
	/* Of the address: 4 or 6; 0 when the option names no client. */
	u8 family;
	u8 address;
	/* 0: there is no port. */
	u8 port;
	/* What the byte behind the length must be; 0: anything. */
	u8 version;
	/* Which counter counts it; for others than this file. */
	u8 counter;
};

struct toa_formats {
	unsigned int count;
	struct toa_format list[TOA_MAX_OPTIONS];
	/* A bit for each kind in the list. */
	u32 kinds[256 / 32];
};

enum toa_verdict {
	TOA_FOUND,
	/* No option of a known kind. */
	TOA_NONE,
	/* A known kind, but the length or the address makes no sense. */
	TOA_MALFORMED,
};

/* How to look. */
enum {
	/* The last of at most three options counts, not the first. */
	TOA_FIND_LAST = 1,
	/* The segment is a SYN, whose experimental options are others'. */
	TOA_FIND_IN_SYN = 2,
};

struct toa_client {
	/* An IPv4 address is ::ffff:a.b.c.d */
	struct in6_addr ip;
	/* 0: the option has none. */
	__be16 port;
	/* Of the option, a malformed one included. */
	u8 kind;
	u8 length;
	u8 counter;
};

/* Adds to the list; false when it is full or has this kind and length. */
bool toa_formats_add(struct toa_formats *formats,
		     const struct toa_format *format);
bool toa_formats_remove(struct toa_formats *formats, u8 kind, u8 length);
const struct toa_format *toa_formats_find(const struct toa_formats *formats,
					  u8 kind, u8 length);

/*
 * @options: what follows the fixed TCP header, @length bytes of it. Is there
 * any option of a kind whose bit is set? Asked for every handshake.
 */
static inline bool toa_options_known(const u32 *kinds, const u8 *options,
				     unsigned int length)
{
	const u8 *end = options + length;

	while (options < end) {
		u8 kind = *options;

		if (kinds[kind / 32] & 1U << kind % 32)
			return true;
		if (kind == TOA_OPTION_EOL)
			return false;
		if (kind == TOA_OPTION_NOP) {
			options++;
			continue;
		}
		if (end - options < 2 || options[1] < 2)
			return false;
		options += options[1];
	}
	return false;
}

enum toa_verdict toa_options_find(const struct toa_formats *formats,
				  unsigned int how, const u8 *options,
				  unsigned int length,
				  struct toa_client *client);

#endif
