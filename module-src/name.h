/* SPDX-License-Identifier: GPL-2.0-only */
/* What an application is told when it asks for its peer. */
#ifndef TOA_NAME_H
#define TOA_NAME_H

#include <linux/in6.h>
#include <linux/types.h>

struct sock;
struct sockaddr;

struct toa_name {
	/* An IPv4 address is ::ffff:a.b.c.d */
	struct in6_addr ip;
	__be16 port;
};

/*
 * What getname() on @sk shall answer: writes the client to @address and
 * returns its length, or 0 when the kernel's answer is right. @peer is its
 * argument: 0 own address, 1 getpeername(), 2 accept(). Without @address only
 * says whether it would. The caller holds a reference to @sk.
 */
int toa_name_answer(const struct sock *sk, int peer, struct sockaddr *address);

/* The client of @sk, of any family; -ENOTCONN, or -EINVAL when it has none. */
int toa_name_find(const struct sock *sk, struct toa_name *name);

#endif
