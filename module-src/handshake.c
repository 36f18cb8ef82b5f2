// SPDX-License-Identifier: GPL-2.0-only
#include "handshake.h"

#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "compat.h"
#include "log.h"
#include "settings.h"
#include "stats.h"
#include "store.h"
#include "trust.h"
#include "waiting.h"

struct bytes {
	const u8 *at;
	unsigned int length;
};

static __always_inline struct bytes options_of(const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const u8 *start = (const u8 *)(th + 1);
	const u8 *end = (const u8 *)th + th->doff * 4;
	struct bytes none = {};

	/* TCP has made sure of both already; a read outside would be ours. */
	if (end <= start || end > skb_tail_pointer(skb))
		return none;
	return (struct bytes){ start, end - start };
}

static __always_inline bool has_option(const struct sk_buff *skb)
{
	struct bytes options = options_of(skb);

	return toa_options_known(toa_known_kinds, options.at, options.length);
}

static enum toa_result read_segment(const struct toa_profile *profile,
				    const struct sk_buff *skb,
				    struct toa_client *client)
{
	struct bytes options = options_of(skb);
	unsigned int how = 0;

	if (profile->behaviours & TOA_LAST)
		how |= TOA_FIND_LAST;
	if (tcp_hdr(skb)->syn)
		how |= TOA_FIND_IN_SYN;

	switch (toa_options_find(&profile->formats, how, options.at,
				 options.length, client)) {
	case TOA_FOUND:
		return toa_trusted(skb) ? TOA_CLIENT : TOA_UNTRUSTED_SOURCE;
	case TOA_MALFORMED:
		return TOA_BAD_OPTION;
	default:
		return TOA_PLAIN;
	}
}

/*
 * An ACK that made no socket has left this mark. In a request that was made
 * from a SYN cookie, and comes with its route, nobody has written it.
 */
static bool was_acked(const struct request_sock *req,
		      const struct dst_entry *route)
{
	return inet_rsk(req)->acked && !route;
}

/* The client that another segment of the same handshake has named. */
static bool read_elsewhere(const struct toa_profile *profile,
			   const struct sock *listener,
			   const struct sk_buff *skb,
			   const struct request_sock *req,
			   const struct dst_entry *route,
			   struct toa_finding *finding)
{
	struct toa_flow flow;

	if (!(profile->behaviours & TOA_SYN) &&
	    !(profile->behaviours & TOA_DEFERRED && was_acked(req, route)))
		return false;

	toa_flow_read(&flow, sock_net(listener), skb);
	switch (toa_waiting_client(&flow, tcp_rsk(req)->rcv_isn,
				   tcp_rsk(req)->snt_isn, &finding->client)) {
	case TOA_WAITING_SYN:
		finding->elsewhere = TOA_SYN_OPTION;
		break;
	case TOA_WAITING_ACK:
		finding->elsewhere = TOA_DEFERRED_OPTION;
		break;
	default:
		return false;
	}
	/* It was when it was put there; the list may be another one by now. */
	return toa_trusted(skb);
}

static void wait_for_option(const struct sock *listener,
			    const struct sk_buff *skb,
			    const struct request_sock *req)
{
	struct toa_waiting waiting = {
		.kind = TOA_WAITING_SOCKET,
		.remote_isn = tcp_rsk(req)->rcv_isn,
		.local_isn = tcp_rsk(req)->snt_isn,
	};

	toa_flow_read(&waiting.flow, sock_net(listener), skb);
	toa_waiting_put(&waiting);
}

/* The segment itself has nothing for us. */
static noinline bool wanted_elsewhere(const struct sock *listener,
				      const struct sk_buff *skb,
				      const struct request_sock *req,
				      const struct dst_entry *route)
{
	const struct toa_profile *profile;
	struct toa_finding finding;
	bool wanted = false;

	rcu_read_lock();
	profile = toa_profile();
	if (!toa_trusted(skb))
		goto out;
	wanted = read_elsewhere(profile, listener, skb, req, route, &finding);
	if (wanted)
		goto out;
	if (was_acked(req, route))
		toa_count(TOA_DEFERRED_LOST);
	if (profile->behaviours & TOA_LATE)
		wait_for_option(listener, skb, req);
out:
	rcu_read_unlock();
	return wanted;
}

bool toa_handshake_wanted(struct sock *listener, const struct sk_buff *skb,
			  const struct request_sock *req,
			  const struct dst_entry *route)
{
	if (unlikely(toa_store_owns(listener)))
		toa_store_disown(listener);

	if (has_option(skb))
		return true;
	if (unlikely(READ_ONCE(toa_looks_elsewhere) || was_acked(req, route)) &&
	    wanted_elsewhere(listener, skb, req, route))
		return true;
	toa_count(TOA_SYN_RECV_SOCK_NO_TOA);
	return false;
}

void toa_handshake_read(const struct sock *listener, const struct sk_buff *skb,
			const struct request_sock *req,
			const struct dst_entry *route,
			struct toa_finding *finding)
{
	const struct toa_profile *profile = toa_profile();

	finding->elsewhere = 0;
	finding->result = read_segment(profile, skb, &finding->client);
	if (finding->result == TOA_PLAIN &&
	    read_elsewhere(profile, listener, skb, req, route, finding))
		finding->result = TOA_CLIENT;
}

static bool add(struct sock *sk, const struct toa_client *client)
{
	if (!toa_store_add(sk, client))
		return false;
	toa_count_option(client->counter);
	return true;
}

static void count_refusal(enum toa_result result)
{
	toa_count(TOA_SYN_RECV_SOCK_NO_TOA);
	if (result == TOA_BAD_OPTION)
		toa_count(TOA_OPTION_MALFORMED);
	else if (result == TOA_UNTRUSTED_SOURCE)
		toa_count(TOA_UNTRUSTED);
}

void toa_handshake_made(struct sock *child, const struct toa_finding *finding)
{
	bool added = finding->result == TOA_CLIENT &&
		     add(child, &finding->client);

	if (added) {
		toa_count(TOA_SYN_RECV_SOCK_TOA);
		if (finding->elsewhere)
			toa_count(finding->elsewhere);
	} else {
		count_refusal(finding->result);
	}
	toa_log_finding(child, finding, added);
}

static void keep_client(const struct net *net, const struct sk_buff *skb,
			const struct toa_client *client)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct toa_waiting waiting = {
		.kind = th->syn ? TOA_WAITING_SYN : TOA_WAITING_ACK,
		.remote_isn = ntohl(th->seq) - !th->syn,
		.local_isn = ntohl(th->ack_seq) - 1,
		.client = *client,
	};

	toa_flow_read(&waiting.flow, net, skb);
	toa_waiting_put(&waiting);
}

static void add_late(const struct net *net, const struct sk_buff *skb,
		     const struct toa_client *client, struct sock *sk)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct toa_finding finding = {
		.result = TOA_CLIENT,
		.elsewhere = TOA_LATE_OPTION,
		.client = *client,
	};
	struct toa_flow flow;
	bool added;

	toa_flow_read(&flow, net, skb);
	if (!toa_waiting_socket(&flow, ntohl(th->seq), ntohl(th->ack_seq)) ||
	    toa_store_find(sk) || !toa_may_allocate())
		return;
	added = add(sk, client);
	if (added)
		toa_count(TOA_LATE_OPTION);
	toa_log_finding(sk, &finding, added);
}

static bool is_bare_ack(const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);

	return th->ack && !th->syn && !th->rst && !th->fin &&
	       skb->len == th->doff * 4;
}

/* Which behaviour could be about this segment. */
static unsigned int behaviour_for(const struct sk_buff *skb, bool established)
{
	const struct tcphdr *th = tcp_hdr(skb);

	if (established)
		return th->syn || th->rst ? 0 : TOA_LATE;
	if (th->syn)
		return th->ack ? 0 : TOA_SYN;
	return is_bare_ack(skb) ? TOA_DEFERRED : 0;
}

void toa_options_seen(const struct net *net, const struct sk_buff *skb,
		      struct tcp_options_received *options, bool established)
{
	const struct toa_profile *profile;
	struct toa_client client;

	if (!has_option(skb))
		return;

	rcu_read_lock();
	profile = toa_profile();
	if (!(profile->behaviours & behaviour_for(skb, established)) ||
	    read_segment(profile, skb, &client) != TOA_CLIENT)
		goto out;

	if (established)
		add_late(net, skb, &client,
			 (struct sock *)container_of(options, struct tcp_sock,
						     rx_opt));
	else
		keep_client(net, skb, &client);
out:
	rcu_read_unlock();
}
