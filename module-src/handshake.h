/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hooks decide about connections that are being made, whichever way
 * they came to be called.
 */
#ifndef TOA_HANDSHAKE_H
#define TOA_HANDSHAKE_H

#include <linux/types.h>

#include "options.h"

struct dst_entry;
struct net;
struct request_sock;
struct sk_buff;
struct sock;
struct tcp_options_received;

enum toa_result {
	TOA_PLAIN,
	TOA_CLIENT,
	TOA_BAD_OPTION,
	TOA_UNTRUSTED_SOURCE,
};

struct toa_finding {
	enum toa_result result;
	/* The counter of where else it was found; 0 for this segment. */
	unsigned int elsewhere;
	struct toa_client client;
};

/*
 * @listener is about to make a socket, because of @skb. Is there anything in
 * it for us, so that the next two are worth calling? Also sees to it that
 * @listener, when it was a connection before, does not pass on our destructor.
 * @route: what the kernel has with it, NULL but for SYN cookies.
 */
bool toa_handshake_wanted(struct sock *listener, const struct sk_buff *skb,
			  const struct request_sock *req,
			  const struct dst_entry *route);

/* Before the socket is made, when @skb is still whole. Under rcu_read_lock(). */
void toa_handshake_read(const struct sock *listener, const struct sk_buff *skb,
			const struct request_sock *req,
			const struct dst_entry *route,
			struct toa_finding *finding);

/* Nobody else knows @child yet. */
void toa_handshake_made(struct sock *child, const struct toa_finding *finding);

/*
 * TCP reads the options of @skb into @options: of a SYN, of an ACK for which
 * there is no socket yet, or (@established) of a segment whose socket has
 * @options inside and is locked.
 */
void toa_options_seen(const struct net *net, const struct sk_buff *skb,
		      struct tcp_options_received *options, bool established);

#endif
