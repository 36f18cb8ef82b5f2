// SPDX-License-Identifier: GPL-2.0-only
/*
 * TOA without a module: sock_ops learns the client's address from the segment
 * that completes a handshake and keeps it with the socket; getpeername(2) and
 * accept(2) answer with it.
 *
 * Only contexts and helpers of 5.10 are used, and no type of the kernel's own,
 * so that one object loads on every kernel since.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "maps.h"
#include "options.h"
#include "trust.h"

#define IPPROTO_IP 0
#define IPPROTO_TCP 6

/* An option that comes later than this belongs to something else. */
#define LATE_SEGMENTS 16

/*
 * An address of the socket. Both families are read before one is chosen: of
 * two reads in two branches the compiler makes one of a computed address,
 * which the verifier refuses.
 */
#define READ_ADDRESS(ops, side, result)                                     \
	do {                                                                \
		__u32 ip4 = (ops)->side##_ip4;                              \
		__u32 first = (ops)->side##_ip6[0];                         \
		__u32 second = (ops)->side##_ip6[1];                        \
		__u32 third = (ops)->side##_ip6[2];                         \
		__u32 fourth = (ops)->side##_ip6[3];                        \
		int ip6 = (ops)->family == AF_INET6;                        \
									    \
		asm volatile("" : "+r"(ip4), "+r"(first), "+r"(second),     \
				  "+r"(third), "+r"(fourth));               \
		(result)->address[0] = ip6 ? first : 0;                     \
		(result)->address[1] = ip6 ? second : 0;                    \
		(result)->address[2] = ip6 ? third : bpf_htonl(0xffff);     \
		(result)->address[3] = ip6 ? fourth : ip4;                  \
		(result)->reserved = 0;                                     \
	} while (0)

static __always_inline void read_peers(const struct bpf_sock_ops *ops,
				       struct toa_endpoint *peer,
				       struct toa_endpoint *local)
{
	READ_ADDRESS(ops, remote, peer);
	/* In network order in the upper half of its word. */
	peer->port = ops->remote_port >> 16;
	READ_ADDRESS(ops, local, local);
	local->port = bpf_htons(ops->local_port);
}

/* Other programs' callbacks stay as they are. */
static __always_inline void want_callbacks(struct bpf_sock_ops *ops, int flags)
{
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | flags);
}

static __always_inline int keep(struct bpf_sock_ops *ops,
				const struct toa_client *client)
{
	struct bpf_sock *sk = ops->sk;
	struct toa_client *kept;

	if (!sk)
		return 0;
	kept = bpf_sk_storage_get(&clients, sk, (void *)client,
				  BPF_SK_STORAGE_GET_F_CREATE);
	if (!kept) {
		count(TOA_ALLOC_FAILED);
		return 0;
	}
	count(TOA_ENTRY_ALLOC);
	if (!is_mapped(client->client.address))
		count(TOA_IP6_ADDRESS_ALLOC);
	want_callbacks(ops, BPF_SOCK_OPS_STATE_CB_FLAG);
	return 1;
}

/* What the segment in @ops says of the client. */
static __always_inline enum toa_verdict read_segment(struct bpf_sock_ops *ops,
						     struct toa_client *client)
{
	struct place place = {};
	enum toa_verdict verdict;

	verdict = read_options(ops, &place, &client->client);
	read_peers(ops, &client->balancer, &client->local);
	if (verdict == TOA_MALFORMED)
		count(TOA_OPTION_MALFORMED);
	if (verdict == TOA_FOUND && !client->client.port)
		client->client.port = client->balancer.port;
	client->kind = place.kind;
	client->length = place.size;
	return verdict;
}

static __always_inline void wait_for_option(struct bpf_sock_ops *ops)
{
	__u64 cookie = bpf_get_socket_cookie(ops);
	__u8 yes = 1;

	bpf_map_update_elem(&waiting, &cookie, &yes, BPF_ANY);
	want_callbacks(ops, BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
}

/* A handshake is complete, and nobody but us knows the socket yet. */
static __always_inline void established(struct bpf_sock_ops *ops,
					const struct toa_client *client,
					enum toa_verdict verdict)
{
	int believed = is_trusted(&client->balancer);

	if (verdict == TOA_FOUND && believed && keep(ops, client)) {
		count(TOA_SYN_RECV_SOCK_TOA);
		return;
	}
	count(TOA_SYN_RECV_SOCK_NO_TOA);
	if (verdict == TOA_FOUND && !believed)
		count(TOA_UNTRUSTED);
	/*
	 * Data has overtaken the ACK with the option, TCP_DEFER_ACCEPT has
	 * swallowed it, or Fast Open came before it.
	 */
	if (verdict == TOA_NONE && believed)
		wait_for_option(ops);
}

/* Whether the option of this connection may still come. */
static __always_inline int is_waiting(struct bpf_sock_ops *ops)
{
	__u64 cookie = bpf_get_socket_cookie(ops);

	/* Also called for sockets that other programs asked for. */
	if (!bpf_map_lookup_elem(&waiting, &cookie))
		return 0;
	if (ops->segs_in <= LATE_SEGMENTS)
		return 1;
	bpf_map_delete_elem(&waiting, &cookie);
	return 0;
}

/* A segment of a waiting connection had an option. */
static __always_inline void late(struct bpf_sock_ops *ops,
				 const struct toa_client *client)
{
	__u64 cookie = bpf_get_socket_cookie(ops);

	bpf_map_delete_elem(&waiting, &cookie);
	if (keep(ops, client))
		count(TOA_LATE_OPTION);
}

/*
 * The two cases share the search, whose code is long; what differs is asked
 * of the context again behind it, so that it is verified once.
 */
static __always_inline void segment(struct bpf_sock_ops *ops)
{
	struct toa_client client = {};
	enum toa_verdict verdict;

	if (ops->op == BPF_SOCK_OPS_PARSE_HDR_OPT_CB && !is_waiting(ops))
		return;
	verdict = read_segment(ops, &client);
	if (*(volatile __u32 *)&ops->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		established(ops, &client, verdict);
	else if (verdict == TOA_FOUND)
		late(ops, &client);
}

/* Counts only: a connection that was reset before accept() still has a client. */
static __always_inline void closed(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	const struct toa_client *client;

	if (ops->args[1] != BPF_TCP_CLOSE || ops->args[0] == BPF_TCP_CLOSE || !sk)
		return;
	client = bpf_sk_storage_get(&clients, sk, NULL, 0);
	if (!client)
		return;
	count(TOA_ENTRY_FREE);
	if (!is_mapped(client->client.address))
		count(TOA_IP6_ADDRESS_FREE);
}

/* Anything but 1 would hide what other programs reply to TCP. */
SEC("sockops")
int toa_sockops(struct bpf_sock_ops *ops)
{
	__u32 op = ops->op;

	if (op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB &&
	    op != BPF_SOCK_OPS_PARSE_HDR_OPT_CB &&
	    op != BPF_SOCK_OPS_STATE_CB)
		return 1;
	if (!is_active())
		return 1;
	if (op == BPF_SOCK_OPS_STATE_CB)
		closed(ops);
	else
		segment(ops);
	return 1;
}

/* What is known of a connection whose peer is asked for. */
static __always_inline const struct toa_client *client_of(struct bpf_sock_addr *name)
{
	struct bpf_sock *sk = name->sk;
	const struct toa_client *client;

	if (!sk || name->protocol != IPPROTO_TCP || !is_active())
		return NULL;
	client = bpf_sk_storage_get(&clients, sk, NULL, 0);
	if (!client)
		count(TOA_GETNAME_TOA_EMPTY);
	return client;
}

SEC("cgroup/getpeername4")
int toa_getpeername4(struct bpf_sock_addr *name)
{
	const struct toa_client *client = client_of(name);

	if (!client)
		return 1;
	/* An IPv6 client cannot be named here: getsockopt(4096) tells it. */
	if (!is_mapped(client->client.address) ||
	    name->user_ip4 != client->balancer.address[3] ||
	    (__u16)name->user_port != client->balancer.port) {
		count(TOA_GETNAME_TOA_MISMATCH);
		return 1;
	}
	name->user_ip4 = client->client.address[3];
	name->user_port = client->client.port;
	count(TOA_GETNAME_TOA_OK);
	return 1;
}

SEC("cgroup/getpeername6")
int toa_getpeername6(struct bpf_sock_addr *name)
{
	const struct toa_client *client = client_of(name);

	if (!client)
		return 1;
	if (name->user_ip6[0] != client->balancer.address[0] ||
	    name->user_ip6[1] != client->balancer.address[1] ||
	    name->user_ip6[2] != client->balancer.address[2] ||
	    name->user_ip6[3] != client->balancer.address[3] ||
	    (__u16)name->user_port != client->balancer.port) {
		count(TOA_GETNAME_TOA_MISMATCH);
		return 1;
	}
	name->user_ip6[0] = client->client.address[0];
	name->user_ip6[1] = client->client.address[1];
	name->user_ip6[2] = client->client.address[2];
	name->user_ip6[3] = client->client.address[3];
	name->user_port = client->client.port;
	count(TOA_GETNAME_TOA_OK);
	return 1;
}

#include "getsockopt.h"

char _license[] SEC("license") = "GPL";
