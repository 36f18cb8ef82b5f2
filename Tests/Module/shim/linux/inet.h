/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_INET_H
#define SHIM_LINUX_INET_H

#include <linux/types.h>

/*
 * Both read from @text, until its @size, a zero byte or @delimiter; those that
 * are good put the address into @address and return 1. @end is where they
 * stopped.
 */
int in4_pton(const char *text, int size, u8 *address, int delimiter,
	     const char **end);
int in6_pton(const char *text, int size, u8 *address, int delimiter,
	     const char **end);

#endif
