/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client addresses of sockets, in a table of our own. All that is changed
 * in a socket is its destructor, which says when an entry is to go.
 */
#ifndef TOA_STORE_H
#define TOA_STORE_H

#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/types.h>
#include <net/sock.h>

#include "compat.h"
#include "options.h"

/*
 * All that is ever told of a connection is copied when it is made, so nobody
 * but the owner of a socket ever looks into it. IPv4 addresses are kept as
 * ::ffff:a.b.c.d
 */
struct toa_connection {
	struct in6_addr client;
	/* Whom the kernel thinks it talks to: the load balancer. */
	struct in6_addr peer;
	struct in6_addr local;
	__be16 client_port;
	__be16 peer_port;
	__be16 local_port;
	/* Of the option. */
	u8 kind;
	u8 length;
	/* The number of the network namespace. */
	u32 netns;
};

/*
 * The memory of an entry can be another entry at any time, in another bucket,
 * unless it is that of a socket which the reader holds.
 */
struct toa_entry {
	struct hlist_nulls_node node;
	struct sock *sk;
	union {
		struct toa_connection connection;
		/* While it is not in use. */
		struct toa_entry *next_spare;
	};
};

/* Written by toa_store_init() only. */
extern struct toa_store {
	struct hlist_nulls_head *buckets;
	unsigned int bucket_bits;
} toa_store;

static inline unsigned int toa_store_bucket_of(const struct sock *sk)
{
	return hash_ptr((void *)sk, toa_store.bucket_bits);
}

/* The destructors that sockets have; those with others get no entry. */
typedef void (*toa_destruct_t)(struct sock *sk);

int toa_store_init(void);
void toa_store_destructors(toa_destruct_t ip4, toa_destruct_t ip6);

/*
 * Takes all addresses away and lets nobody add another one. The hook that
 * calls toa_store_disown() must still be there. When it returns, no socket
 * knows of us, but a destructor may be running still.
 */
void toa_store_close(void);
/* Nobody is in our code any more. */
void toa_store_exit(void);

/*
 * @client is behind @sk, of which nobody else knows or whose lock the caller
 * has. False: no room, or not a socket that we know how to follow; counted.
 */
bool toa_store_add(struct sock *sk, const struct toa_client *client);

/*
 * False: @sk has no entry. Needs no RCU, as nothing is followed, and is asked
 * for every getname().
 */
static inline bool toa_store_may_have(const struct sock *sk)
{
	const struct hlist_nulls_head *bucket =
		&toa_store.buckets[toa_store_bucket_of(sk)];

	return !hlist_nulls_empty(bucket);
}

/* Under rcu_read_lock(), by somebody who holds a reference to @sk. */
const struct toa_entry *toa_store_find(const struct sock *sk);

void toa_destruct_ip4(struct sock *sk);
void toa_destruct_ip6(struct sock *sk);

/* Does @sk have our destructor? Asked for every handshake. */
static inline bool toa_store_owns(const struct sock *sk)
{
	toa_destruct_t destruct = READ_ONCE(sk->sk_destruct);

	return destruct == toa_destruct_ip4 || destruct == toa_destruct_ip6;
}

/*
 * @sk is about to be copied for another socket, which we would not know but
 * which would have our destructor: takes the address away and the destructor.
 */
void toa_store_disown(struct sock *sk);

/* Entries are spread over buckets: how many of these there are. */
unsigned int toa_store_buckets(void);
bool toa_store_is_empty(unsigned int number);

/*
 * Copies what is in a bucket, from the @skip-th entry on, at most @room of
 * them, and returns how many that were.
 */
unsigned int toa_store_copy(unsigned int number, unsigned int skip,
			    struct toa_connection *connections,
			    unsigned int room);

#endif
