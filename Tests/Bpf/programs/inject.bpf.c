// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the load balancer inside the client's own kernel: writes a TCP option
 * into the segments of all connections that are made in one cgroup. The port
 * in the option is the socket's mark (SO_MARK) where it has one, so that each
 * connection can be a different client.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "inject.h"

#define TCP_SYN 0x02

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct inject);
} injection SEC(".maps");

/* How many segments a connection has sent since its SYN. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} sent SEC(".maps");

static __always_inline struct inject *injection_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&injection, &zero);
}

/* What kind of segment is about to be sent. */
static __always_inline __u32 segment_of(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	__u32 *count;

	/* No segment yet: the kernel asks how large one may become. */
	if (ops->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS)
		return INJECT_DATA;
	if (ops->skb_tcp_flags & TCP_SYN)
		return INJECT_SYN;
	if (!sk)
		return 0;
	count = bpf_sk_storage_get(&sent, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!count)
		return 0;
	*count += 1;
	if (*count == 1)
		return INJECT_FIRST;
	return ops->skb_len ? INJECT_DATA : INJECT_BARE;
}

static __always_inline void reserve(struct bpf_sock_ops *ops)
{
	struct inject *now = injection_now();
	__u32 segment = segment_of(ops);

	if (!now || !(now->segments & segment))
		return;
	/* Sizes are constants, as 5.10 wants them. */
	if (now->length == 8)
		bpf_reserve_hdr_opt(ops, 8, 0);
	else if (now->length == 20)
		bpf_reserve_hdr_opt(ops, 20, 0);
}

static __always_inline void store(struct bpf_sock_ops *ops)
{
	struct inject *now = injection_now();
	struct bpf_sock *sk = ops->sk;
	__u8 option[INJECT_MAX];

	if (!now || !sk)
		return;
	__builtin_memcpy(option, now->option, sizeof(option));
	if (sk->mark && now->port_offset == 2)
		*(__u16 *)(option + 2) = bpf_htons(sk->mark);
	if (now->length == 8)
		bpf_store_hdr_opt(ops, option, 8, 0);
	else if (now->length == 20)
		bpf_store_hdr_opt(ops, option, 20, 0);
}

SEC("sockops")
int inject(struct bpf_sock_ops *ops)
{
	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags |
					  BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
		reserve(ops);
		break;
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
		store(ops);
		break;
	}
	return 1;
}

char _license[] SEC("license") = "GPL";
