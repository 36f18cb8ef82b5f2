/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways in which a handshake comes to its end. */
#ifndef SHAPES_H
#define SHAPES_H

#include "options.h"

/* What the listening socket has asked for. */
enum listening {
	ORDINARY,
	DEFERRED,
	FAST_OPEN,
	LISTENINGS,
};

struct shape {
	const char *name;
	/* Sends all of it; @options are on some segment. False: no SYN/ACK. */
	bool (*play)(struct wire_connection *wire, const struct options *options);
	enum listening listening;
	/* What the server reads. */
	const char *data;
	/* Is the client seen? Without more words, and with deferred, late, syn. */
	bool plain, full;
	/* A counter that rises as well, in either profile. */
	const char *plain_counter, *full_counter;
	/* Every handshake with SYN cookies. */
	bool cookies;
};

extern const struct shape shapes[];
extern const size_t shapes_count;

#endif
