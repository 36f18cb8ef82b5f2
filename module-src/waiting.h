/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handshakes of which one segment is not enough: a client that a SYN or a
 * swallowed ACK named, until the socket is made; and sockets that were made
 * without a client, whose option may still be on its way. A fixed number of
 * places, in each of which the newest replaces the oldest: what falls out
 * keeps the address of the balancer.
 */
#ifndef TOA_WAITING_H
#define TOA_WAITING_H

#include <linux/in6.h>
#include <linux/types.h>

#include "options.h"

struct net;
struct sk_buff;

/* One end is who sent the segment, the other one is here. */
struct toa_flow {
	/* Only compared, never followed. */
	const struct net *net;
	struct in6_addr source;
	struct in6_addr dest;
	__be16 source_port;
	__be16 dest_port;
	u32 reserved;
};

void toa_flow_read(struct toa_flow *flow, const struct net *net,
		   const struct sk_buff *skb);

enum toa_waiting_kind {
	TOA_WAITING_NONE,
	/* A client that the SYN named. */
	TOA_WAITING_SYN,
	/* A client that a bare ACK named. */
	TOA_WAITING_ACK,
	/* A socket without client. */
	TOA_WAITING_SOCKET,
};

struct toa_waiting {
	struct toa_flow flow;
	enum toa_waiting_kind kind;
	/*
	 * The numbers with which both ends began. @local_isn is not known from
	 * a SYN.
	 */
	u32 remote_isn;
	u32 local_isn;
	struct toa_client client;
};

/* Replaces what waits for the same flow, else the oldest. Any context. */
void toa_waiting_put(const struct toa_waiting *waiting);

/*
 * The client that the SYN or an ACK of this very handshake named. It stays,
 * as the kernel may be unable to make the socket the first time.
 */
enum toa_waiting_kind toa_waiting_client(const struct toa_flow *flow,
					 u32 remote_isn, u32 local_isn,
					 struct toa_client *client);

/*
 * Does a socket wait for an option in the segment with these numbers of @flow?
 * It does so only once.
 */
bool toa_waiting_socket(const struct toa_flow *flow, u32 seq, u32 ack);

int toa_waiting_start(void);
/* Nobody uses it any more, if it was started at all. */
void toa_waiting_stop(void);

#endif
