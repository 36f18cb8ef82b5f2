// SPDX-License-Identifier: GPL-2.0-only
#include "name.h"

#include <linux/in.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "compat.h"

static inline bool is_peer(const struct sock *sk,
			   const struct toa_connection *connection)
{
	if (toa_peer_port(sk) != connection->peer_port)
		return false;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_equal(toa_peer_ip6(sk), &connection->peer);
#endif
	return toa_peer_ip4(sk) == connection->peer.s6_addr32[3] &&
	       ipv6_addr_v4mapped(&connection->peer);
}

/* Where getname() itself says ENOTCONN. accept() always gets an answer. */
static bool is_connected(const struct sock *sk, int peer)
{
	return toa_peer_port(sk) &&
	       (peer == 2 || !((1 << sk->sk_state) &
			       (TCPF_CLOSE | TCPF_SYN_SENT | TCPF_LISTEN)));
}

static int write_ip4(const struct toa_connection *connection,
		     struct sockaddr *address)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)address;

	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_port = connection->client_port;
	sin->sin_addr.s_addr = connection->client.s6_addr32[3];
	return sizeof(*sin);
}

static int write_ip6(const struct toa_connection *connection,
		     struct sockaddr *address)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)address;

	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = connection->client_port;
	sin6->sin6_flowinfo = 0;
	sin6->sin6_addr = connection->client;
	sin6->sin6_scope_id = 0;
	return sizeof(*sin6);
}

/* The counter says why not; TOA_GETNAME_TOA_OK is the answer yes. */
static enum toa_counter judge(const struct sock *sk, int peer,
			      const struct toa_entry *entry)
{
	if (!entry)
		return TOA_GETNAME_TOA_EMPTY;
	if (!is_connected(sk, peer))
		return TOA_GETNAME_TOA_BYPASS;
	/* The application has disconnected and connected to somebody else. */
	if (!is_peer(sk, &entry->connection))
		return TOA_GETNAME_TOA_MISMATCH;
	/* No room for it: only the socket calls can tell. */
	if (sk->sk_family != AF_INET6 &&
	    !ipv6_addr_v4mapped(&entry->connection.client))
		return TOA_GETNAME_TOA_BYPASS;
	return TOA_GETNAME_TOA_OK;
}

int toa_name_answer(const struct sock *sk, int peer, struct sockaddr *address)
{
	const struct toa_entry *entry;
	enum toa_counter counter;
	int length = 0;

	rcu_read_lock();
	entry = toa_store_find(sk);
	counter = judge(sk, peer, entry);
	if (counter == TOA_GETNAME_TOA_OK) {
		length = 1;
		if (address)
			length = sk->sk_family == AF_INET6 ?
				 write_ip6(&entry->connection, address) :
				 write_ip4(&entry->connection, address);
	}
	rcu_read_unlock();
	if (address || !length)
		toa_count(counter);
	return length;
}

int toa_name_find(const struct sock *sk, struct toa_name *name)
{
	const struct toa_entry *entry;
	int err = -EINVAL;

	if (!is_connected(sk, 1))
		return -ENOTCONN;

	rcu_read_lock();
	entry = toa_store_find(sk);
	if (entry && is_peer(sk, &entry->connection)) {
		name->ip = entry->connection.client;
		name->port = entry->connection.client_port;
		err = 0;
	}
	rcu_read_unlock();
	return err;
}
