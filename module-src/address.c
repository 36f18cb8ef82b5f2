// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"

#include <linux/kernel.h>
#include <net/ipv6.h>

void toa_address_text(char text[TOA_ADDRESS_SIZE], const struct in6_addr *ip,
		      __be16 port)
{
	if (ipv6_addr_v4mapped(ip))
		scnprintf(text, TOA_ADDRESS_SIZE, "%pI4:%u", &ip->s6_addr32[3],
			  ntohs(port));
	else
		scnprintf(text, TOA_ADDRESS_SIZE, "[%pI6c]:%u", ip,
			  ntohs(port));
}
