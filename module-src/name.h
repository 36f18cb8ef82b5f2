/* SPDX-License-Identifier: GPL-2.0-only */
/* What an application is told when it asks for its peer. */
#ifndef TOA_NAME_H
#define TOA_NAME_H

#include <linux/in6.h>
#include <linux/types.h>

#include "stats.h"
#include "store.h"

struct sock;
struct sockaddr;

struct toa_name {
	/* An IPv4 address is ::ffff:a.b.c.d */
	struct in6_addr ip;
	__be16 port;
};

/*
 * Is it worth asking the next one? @peer is the argument of getname(): 0 own
 * address, 1 getpeername(), 2 accept(). Most sockets have no client.
 */
static inline bool toa_name_possible(const struct sock *sk, int peer)
{
	if (!peer)
		return false;
	if (toa_store_may_have(sk))
		return true;
	toa_count(TOA_GETNAME_TOA_EMPTY);
	return false;
}

/*
 * What getname() on @sk shall answer: writes the client to @address and
 * returns its length, or 0 when the kernel's answer is right. Without @address
 * only says whether it would. The caller holds a reference to @sk.
 */
int toa_name_answer(const struct sock *sk, int peer, struct sockaddr *address);

/* The client of @sk, of any family; -ENOTCONN, or -EINVAL when it has none. */
int toa_name_find(const struct sock *sk, struct toa_name *name);

#endif
