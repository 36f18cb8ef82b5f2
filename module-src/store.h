/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client addresses of sockets, in a table of our own: nothing inside a
 * socket is ever changed.
 */
#ifndef TOA_STORE_H
#define TOA_STORE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct sock;

struct toa_address {
	/* IPv4 addresses are kept as ::ffff:a.b.c.d */
	struct in6_addr ip;
	__be16 port;
};

/*
 * All that is ever told of a connection is copied when it is made: the socket
 * of an entry may be gone, and is only looked at by those who hold it.
 */
struct toa_connection {
	struct toa_address client;
	/* Whom the kernel thinks it talks to: the load balancer. */
	struct toa_address peer;
	struct toa_address local;
	/* The number of the network namespace. */
	u32 netns;
	/* Of the option. */
	u8 kind;
	u8 length;
};

struct toa_entry {
	struct hlist_node node;
	const struct sock *sk;
	/* Tells a socket from a later one in the same memory. */
	u64 cookie;
	struct toa_connection connection;
	struct rcu_head rcu;
};

int toa_store_init(void);
/* No hook may be active any more. */
void toa_store_exit(void);

/* @sk was just made and nobody else knows it yet. False: no room. */
bool toa_store_add(struct sock *sk, const struct toa_connection *connection);

/* Under rcu_read_lock(), by somebody who holds a reference to @sk. */
const struct toa_entry *toa_store_find(const struct sock *sk);

/* @sk is being destroyed. Any context but NMI. */
void toa_store_forget(const struct sock *sk);

/*
 * The entries are spread over buckets; NULL after the last one. To be walked
 * under rcu_read_lock(): who is there all the time is met once.
 */
const struct hlist_head *toa_store_bucket(u64 number);

#endif
