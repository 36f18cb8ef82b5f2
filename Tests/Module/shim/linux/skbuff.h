/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SKBUFF_H
#define SHIM_LINUX_SKBUFF_H

#include <linux/types.h>

struct sk_buff {
	__be16 protocol;
	/* The header of IPv4 or IPv6. */
	const void *network;
};

#endif
