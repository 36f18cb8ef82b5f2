/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hook decides, whichever way it came to be called. */
#ifndef TOA_CLIENT_H
#define TOA_CLIENT_H

#include <linux/types.h>

#include "options.h"

struct sk_buff;
struct sock;
struct sockaddr;

/*
 * Does @skb, the segment that completes a handshake, name a client, and may
 * its sender say so? Changes nothing and counts nothing.
 */
enum toa_segment {
	TOA_SEGMENT_CLIENT,
	TOA_SEGMENT_PLAIN,
	TOA_SEGMENT_MALFORMED,
	TOA_SEGMENT_UNTRUSTED,
};

enum toa_segment toa_segment_read(const struct sk_buff *skb,
				  struct toa_client *client);

/* A connection that keeps the address it has, and why. */
void toa_segment_refused(enum toa_segment segment);

/* @child was made from a segment that names @client. */
void toa_child_made(struct sock *child, const struct toa_client *client);

/*
 * Shall getname() on @sk answer with the client? @peer is its argument: 0 own
 * address, 1 getpeername(), 2 accept().
 */
bool toa_client_wanted(const struct sock *sk, int peer);

/*
 * Writes the client's address of @sk and returns its length, or 0 when there
 * is none. The caller holds a reference to @sk.
 */
int toa_client_write(const struct sock *sk, struct sockaddr *address);

#endif
