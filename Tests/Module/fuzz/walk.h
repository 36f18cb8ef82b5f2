/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search for a client a second time, written from the words of the
 * documentation and not from module-src/options.c: first all options are
 * listed, then they are judged.
 */
#ifndef WALK_H
#define WALK_H

#include "options.h"

/* Do both agree about these options, at most 40 bytes? */
void check_walk(const struct toa_formats *formats, unsigned int how,
		const uint8_t *options, unsigned int length);

#endif
