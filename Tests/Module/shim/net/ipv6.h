/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NET_IPV6_H
#define SHIM_NET_IPV6_H

#include <linux/in6.h>
#include <linux/types.h>
#include <string.h>

static inline bool ipv6_addr_v4mapped(const struct in6_addr *address)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

static inline bool ipv6_prefix_equal(const struct in6_addr *a,
				     const struct in6_addr *b,
				     unsigned int length)
{
	unsigned int bytes = length / 8;

	return !memcmp(a, b, bytes) &&
	       (!(length % 8) ||
		!((a->s6_addr[bytes] ^ b->s6_addr[bytes]) >> (8 - length % 8)));
}

#endif
