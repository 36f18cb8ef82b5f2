/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses as text: "192.0.2.1:80" or "[2001:db8::1]:80". */
#ifndef TOA_ADDRESS_H
#define TOA_ADDRESS_H

#include <linux/in6.h>
#include <linux/inet.h>

#define TOA_ADDRESS_SIZE (INET6_ADDRSTRLEN + sizeof("[]:65535"))

/* IPv4 is ::ffff:a.b.c.d */
void toa_address_text(char text[TOA_ADDRESS_SIZE], const struct in6_addr *ip,
		      __be16 port);

#endif
