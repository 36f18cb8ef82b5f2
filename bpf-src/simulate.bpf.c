// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the load balancer in the client's own kernel: the connections that
 * programs of one cgroup open carry a TOA option, as behind a balancer in
 * FULLNAT mode: in each segment from the ACK of the handshake on, until the
 * server has sent data. Never towards a public address.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "simulate.h"

#define AF_INET6 10
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct toa_simulation);
} simulation SEC(".maps");

/* Whether a host-order IPv4 address is this host's or a private one. */
static __always_inline int is_local4(__u32 address)
{
	return address >> 24 == 127 || address >> 24 == 10 ||
	       address >> 20 == 0xac1 || address >> 16 == 0xc0a8 ||
	       address >> 16 == 0xa9fe || address >> 22 == 0x191;
}

/*
 * Whether the peer is on this host or in a private network: loopback, RFC 1918,
 * RFC 6598, RFC 4193, link-local; the standard list of trusted sources.
 */
static __always_inline int is_local(struct bpf_sock_ops *ops)
{
	__u32 first = bpf_ntohl(ops->remote_ip6[0]);
	__u32 last = bpf_ntohl(ops->remote_ip6[3]);

	if (ops->family != AF_INET6)
		return is_local4(bpf_ntohl(ops->remote_ip4));
	if (first >> 25 == 0x7e || first >> 22 == 0x3fa)
		return 1;
	if (first || ops->remote_ip6[1])
		return 0;
	if (ops->remote_ip6[2] == bpf_htonl(0xffff))
		return is_local4(last);
	return !ops->remote_ip6[2] && last == 1;
}

static __always_inline void begin(struct bpf_sock_ops *ops,
				  struct toa_simulation *now)
{
	if (!is_local(ops)) {
		__sync_fetch_and_add(&now->refused, 1);
		if (ops->family == AF_INET6) {
			now->refused_address[0] = ops->remote_ip6[0];
			now->refused_address[1] = ops->remote_ip6[1];
			now->refused_address[2] = ops->remote_ip6[2];
			now->refused_address[3] = ops->remote_ip6[3];
		} else {
			now->refused_address[0] = 0;
			now->refused_address[1] = 0;
			now->refused_address[2] = bpf_htonl(0xffff);
			now->refused_address[3] = ops->remote_ip4;
		}
		return;
	}
	__sync_fetch_and_add(&now->simulated, 1);
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags |
				  BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
}

/* Whether the segment that is about to be sent has the option. */
static __always_inline int is_wanted(struct bpf_sock_ops *ops,
				     struct toa_simulation *now)
{
	/* Another program may have asked for the callbacks. */
	if (ops->bytes_received || !is_local(ops))
		return 0;
	/* No segment yet: the kernel asks how large one may become. */
	if (ops->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS)
		return 1;
	if (ops->skb_tcp_flags & TCP_SYN)
		return now->in_syn;
	return !(ops->skb_tcp_flags & (TCP_FIN | TCP_RST));
}

static __always_inline void reserve(struct bpf_sock_ops *ops,
				    struct toa_simulation *now)
{
	if (!is_wanted(ops, now))
		return;
	if (bpf_reserve_hdr_opt(ops, now->option[1], 0) &&
	    ops->args[0] != BPF_WRITE_HDR_TCP_CURRENT_MSS)
		__sync_fetch_and_add(&now->crowded, 1);
}

SEC("sockops")
int toa_simulate(struct bpf_sock_ops *ops)
{
	struct toa_simulation *now;
	__u32 zero = 0;

	now = bpf_map_lookup_elem(&simulation, &zero);
	if (!now)
		return 1;
	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		begin(ops, now);
		break;
	case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
		reserve(ops, now);
		break;
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
		if (is_wanted(ops, now))
			bpf_store_hdr_opt(ops, now->option,
					  sizeof(now->option), 0);
		break;
	}
	return 1;
}

char _license[] SEC("license") = "GPL";
