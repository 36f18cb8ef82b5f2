/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the balancers in front of this host send and its applications ask for:
 * options, where they are looked for, and socket calls. Known by the names of
 * vendors, or put together from words. Tested in user space, too.
 */
#ifndef TOA_PROFILE_H
#define TOA_PROFILE_H

#include "options.h"

struct toa_profile {
	struct toa_formats formats;
	/* Bits of enum toa_behaviour and of enum toa_call. */
	unsigned int behaviours;
	unsigned int calls;
};

enum toa_behaviour {
	/* The bare ACK that TCP_DEFER_ACCEPT swallows. */
	TOA_DEFERRED = 1,
	/* A segment after one without option has made the socket. */
	TOA_LATE = 2,
	TOA_SYN = 4,
	/* The last of at most three options counts. */
	TOA_LAST = 8,
};

/* All that is not in the segment which makes the socket. */
#define TOA_ELSEWHERE (TOA_DEFERRED | TOA_LATE | TOA_SYN)

enum toa_call {
	TOA_CALL_NAT64 = 1,
	TOA_CALL_TTM = 2,
};

/*
 * Reads a terminated text of words, all of it or nothing: NULL is good, else
 * what is wrong with the @word of @size characters.
 */
const char *toa_profile_parse(const char *text, struct toa_profile *profile,
			      const char **word, size_t *size);

#endif
