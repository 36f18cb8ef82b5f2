/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own, whatever the locale: Latin 1. */
#ifndef SHIM_LINUX_CTYPE_H
#define SHIM_LINUX_CTYPE_H

#include <stdbool.h>

static inline bool isdigit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool isspace(int c)
{
	unsigned char byte = c;

	return (byte >= '\t' && byte <= '\r') || byte == ' ' || byte == 0xa0;
}

#endif
