/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_INETDEVICE_H
#define SHIM_LINUX_INETDEVICE_H

#include <arpa/inet.h>
#include <linux/types.h>

static inline __be32 inet_make_mask(int length)
{
	return length ? htonl(~0U << (32 - length)) : 0;
}

#endif
