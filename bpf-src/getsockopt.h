/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vendors' socket calls at level IPPROTO_IP, for IPv6 clients of IPv4
 * sockets: 4096 (Tencent, DPVS) and 1345 (Kingsoft), as far as the profile has
 * them.
 */
#ifndef TOA_BPF_GETSOCKOPT_H
#define TOA_BPF_GETSOCKOPT_H

#include "maps.h"
#include "trust.h"

#define TOA_SO_NAT64_PEER 4096
#define TOA_SO_TTM_PEER 1345

/* The kernel hands at most a page to the program. */
#define BUFFER_MAX 4096

static __always_inline int is_same_peer(const struct bpf_sock *sk,
					const struct toa_endpoint *peer)
{
	/* Older kernels know this field as a word only. */
	__u32 port = *(const volatile __u32 *)&sk->dst_port;

	if ((__u16)port != peer->port)
		return 0;
	if (sk->family == AF_INET)
		return sk->dst_ip4 == peer->address[3];
	return sk->dst_ip6[0] == peer->address[0] &&
	       sk->dst_ip6[1] == peer->address[1] &&
	       sk->dst_ip6[2] == peer->address[2] &&
	       sk->dst_ip6[3] == peer->address[3];
}

/* struct toa_nat64_peer { struct in6_addr saddr; __be16 port; } */
static __always_inline int answer_nat64(struct bpf_sockopt *call,
					const struct toa_endpoint *client)
{
	__u8 *value = call->optval;

	if (is_mapped(client->address) || call->optlen < 18 ||
	    (void *)(value + 18) > call->optval_end)
		return 0;
	__builtin_memcpy(value, client->address, 16);
	*(__u16 *)(value + 16) = client->port;
	/* The C structure has two bytes at its end that a packed one lacks. */
	if (call->optlen >= 20 && (void *)(value + 20) <= call->optval_end) {
		*(__u16 *)(value + 18) = 0;
		call->optlen = 20;
	} else {
		call->optlen = 18;
	}
	call->retval = 0;
	return 1;
}

/* struct ttm_peer { u16 af, host order; __be16 port; u8 address[16]; } */
static __always_inline int answer_ttm(struct bpf_sockopt *call,
				      const struct toa_endpoint *client)
{
	__u8 *value = call->optval;

	if (call->optlen < 20 || (void *)(value + 20) > call->optval_end)
		return 0;
	*(__u16 *)(value + 2) = client->port;
	if (is_mapped(client->address)) {
		*(__u16 *)value = AF_INET;
		__builtin_memcpy(value + 4, &client->address[3], 4);
		__builtin_memset(value + 8, 0, 12);
	} else {
		*(__u16 *)value = AF_INET6;
		__builtin_memcpy(value + 4, client->address, 16);
	}
	call->optlen = 20;
	call->retval = 0;
	return 1;
}

/* Whether the profile has the call. */
static __always_inline int is_answered(__u32 call)
{
	__u32 zero = 0;
	const struct toa_settings *now = bpf_map_lookup_elem(&settings, &zero);

	return now && now->calls & call;
}

static __always_inline int answer(struct bpf_sockopt *call)
{
	struct bpf_sock *sk = call->sk;
	const struct toa_client *client;

	if (!sk || sk->protocol != IPPROTO_TCP || !is_active())
		return 0;
	if (!is_answered(call->optname == TOA_SO_NAT64_PEER ? TOA_CALL_NAT64 :
							       TOA_CALL_TTM))
		return 0;
	client = bpf_sk_storage_get(&clients, sk, NULL, 0);
	if (!client || !is_same_peer(sk, &client->balancer))
		return 0;
	if (call->optname == TOA_SO_NAT64_PEER)
		return answer_nat64(call, &client->client);
	return answer_ttm(call, &client->client);
}

SEC("cgroup/getsockopt")
int toa_getsockopt(struct bpf_sockopt *call)
{
	if (call->level == IPPROTO_IP &&
	    (call->optname == TOA_SO_NAT64_PEER ||
	     call->optname == TOA_SO_TTM_PEER) &&
	    answer(call)) {
		count(TOA_GETSOCKOPT_OK);
		return 1;
	}
	/*
	 * Before 5.11 the kernel copies its zeroed buffer over the caller's
	 * after a failed call, and before 6.5 it fails calls with more than a
	 * page. 0 says that nothing was changed; where another program may
	 * have answered, it is left alone.
	 */
	if (call->retval < 0 || call->optlen > BUFFER_MAX)
		call->optlen = 0;
	return 1;
}

#endif
