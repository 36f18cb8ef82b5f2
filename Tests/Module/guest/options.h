/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands behind the TCP header, and what it must be taken for. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "judge.h"

enum verdict {
	/* Nothing that anybody knows, or only options that name no client. */
	PLAIN,
	NAMES,
	MALFORMED,
	/* Malformed for the kernel as well: some versions throw it away. */
	MALFORMED_OR_DROPPED,
	PLAIN_OR_DROPPED,
};

struct options {
	const char *name;
	enum verdict verdict;
	struct client client;
	/* kind/length of the option that counts. */
	const char *option;
	size_t size;
	uint8_t bytes[40];
};

/* With each known option, and two of our own, in this profile. */
#define ALL_OPTIONS							\
	"254/8 253/8 200/8 254/20 253/20 252/20 254/16 249/40 28/7 28/19 " \
	"250/8 201/6 202/8 77/12:ip4@4+port@10 78/22:ip6@6+port@2 79/6:none 4096 1345"

/* Every option that names a client, alone. */
extern const struct options good_options[];
extern const size_t good_options_count;

/* Other places, company, and what is wrong; in the same profile. */
extern const struct options odd_options[];
extern const size_t odd_options_count;

/* With the word "last". */
extern const struct options stacked_options[];
extern const size_t stacked_options_count;

#endif
