// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "stats.h"
#include "store.h"
#include "trust.h"

enum toa_segment toa_segment_read(const struct sk_buff *skb,
				  struct toa_client *client)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const u8 *options = (const u8 *)(th + 1);
	const u8 *end = (const u8 *)th + th->doff * 4;

	/* TCP has made sure of both already; a read outside would be ours. */
	if (end <= options || end > skb_tail_pointer(skb))
		return TOA_SEGMENT_PLAIN;

	switch (toa_options_find(options, end - options, client)) {
	case TOA_FOUND:
		break;
	case TOA_MALFORMED:
		return TOA_SEGMENT_MALFORMED;
	default:
		return TOA_SEGMENT_PLAIN;
	}
	return toa_trusted(skb) ? TOA_SEGMENT_CLIENT : TOA_SEGMENT_UNTRUSTED;
}

void toa_segment_refused(enum toa_segment segment)
{
	toa_count(TOA_SYN_RECV_SOCK_NO_TOA);
	if (segment == TOA_SEGMENT_MALFORMED)
		toa_count(TOA_OPTION_MALFORMED);
	if (segment == TOA_SEGMENT_UNTRUSTED)
		toa_count(TOA_UNTRUSTED);
}

static void read_peer(const struct sock *sk, struct toa_address *peer)
{
	peer->port = inet_sk(sk)->inet_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		peer->ip = sk->sk_v6_daddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_daddr, &peer->ip);
}

static void read_local(const struct sock *sk, struct toa_address *local)
{
	local->port = inet_sk(sk)->inet_sport;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		local->ip = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_rcv_saddr, &local->ip);
}

void toa_child_made(struct sock *child, const struct toa_client *client)
{
	struct toa_connection connection = {
		.client.port = client->port,
		.netns = toa_net_number(sock_net(child)),
		.kind = client->kind,
		.length = client->length,
	};

	ipv6_addr_set_v4mapped(client->ip4, &connection.client.ip);
	read_peer(child, &connection.peer);
	read_local(child, &connection.local);

	if (toa_store_add(child, &connection))
		toa_count(TOA_SYN_RECV_SOCK_TOA);
	else
		toa_count(TOA_SYN_RECV_SOCK_NO_TOA);
}

bool toa_client_wanted(const struct sock *sk, int peer)
{
	const struct toa_entry *entry;
	struct toa_address now;
	bool wanted = false;

	if (!peer)
		return false;

	rcu_read_lock();
	entry = toa_store_find(sk);
	if (!entry) {
		toa_count(TOA_GETNAME_TOA_EMPTY);
		goto out;
	}

	/* Where getname() itself says ENOTCONN. accept() always gets an answer. */
	read_peer(sk, &now);
	if (!now.port || (peer == 1 && ((1 << sk->sk_state) &
					(TCPF_CLOSE | TCPF_SYN_SENT)))) {
		toa_count(TOA_GETNAME_TOA_BYPASS);
		goto out;
	}

	/* The application has disconnected and connected to somebody else. */
	wanted = now.port == entry->connection.peer.port &&
		 ipv6_addr_equal(&now.ip, &entry->connection.peer.ip);
	if (!wanted)
		toa_count(TOA_GETNAME_TOA_MISMATCH);
out:
	rcu_read_unlock();
	return wanted;
}

static int write_ip4(const struct toa_address *client, struct sockaddr *address)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)address;

	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_port = client->port;
	sin->sin_addr.s_addr = client->ip.s6_addr32[3];
	return sizeof(*sin);
}

static int write_ip6(const struct toa_address *client, struct sockaddr *address)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)address;

	memset(sin6, 0, sizeof(*sin6));
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = client->port;
	sin6->sin6_addr = client->ip;
	return sizeof(*sin6);
}

int toa_client_write(const struct sock *sk, struct sockaddr *address)
{
	const struct toa_entry *entry;
	int length = 0;

	rcu_read_lock();
	entry = toa_store_find(sk);
	if (entry) {
		length = sk->sk_family == AF_INET6 ?
			 write_ip6(&entry->connection.client, address) :
			 write_ip4(&entry->connection.client, address);
		toa_count(TOA_GETNAME_TOA_OK);
	}
	rcu_read_unlock();
	return length;
}
