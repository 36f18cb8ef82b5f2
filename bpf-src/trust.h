/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose option is believed. */
#ifndef TOA_BPF_TRUST_H
#define TOA_BPF_TRUST_H

#include "maps.h"

#define AF_INET 2
#define AF_INET6 10

static __always_inline int is_mapped(const __u32 *address)
{
	return !address[0] && !address[1] && address[2] == bpf_htonl(0xffff);
}

static __always_inline int is_trusted(const struct toa_endpoint *peer)
{
	struct toa_prefix key;

	__builtin_memset(&key, 0, sizeof(key));
	if (is_mapped(peer->address)) {
		key.family[3] = 4;
		key.address[0] = peer->address[3];
		key.length = 32 + 32;
	} else {
		key.family[3] = 6;
		__builtin_memcpy(key.address, peer->address, 16);
		key.length = 32 + 128;
	}
	return bpf_map_lookup_elem(&trusted, &key) != NULL;
}

#endif
