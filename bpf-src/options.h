/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the TOA option in a TCP header. */
#ifndef TOA_BPF_OPTIONS_H
#define TOA_BPF_OPTIONS_H

#include "maps.h"

enum toa_verdict {
	TOA_NONE,
	TOA_FOUND,
	TOA_MALFORMED,
};

enum {
	OPTION_EOL = 0,
	OPTION_NOP = 1,
	/* MSS, window scale, SACK, echo, timestamps: never TOA. */
	OPTION_LAST_STANDARD = 8,
	TCP_HEADER = 20,
	TCP_HEADER_MAX = 60,
};

static __always_inline int usable_ip4(__u32 address)
{
	__u8 first = address & 0xff;

	/* Zero, multicast and broadcast; the first byte is the lowest one here. */
	return address && (first & 0xf0) != 0xe0 && address != 0xffffffff;
}

static __always_inline int usable_ip6(const __u32 *address)
{
	return (address[0] | address[1] | address[2] | address[3]) &&
	       (address[0] & 0xff) != 0xff;
}

/*
 * The same number below 61, of which the verifier knows nothing: remainders
 * are not tracked. The compiler must not see it either.
 */
static __always_inline __u32 forget(__u32 number)
{
	asm volatile("%0 %%= 61" : "+r"(number));
	return number & 0x3f;
}

/* Where an option is, and how it is laid out. */
struct place {
	__u32 offset;
	__u8 kind;
	__u8 size;
	struct toa_option_format format;
};

/*
 * The TCP header of the segment, anew: what the verifier has learnt of its
 * length on the way would make it tell apart states that are the same to us.
 */
#define HEADER(ops) (*(__u8 *volatile *)&(ops)->skb_data)
#define HEADER_END(ops) (*(__u8 *volatile *)&(ops)->skb_data_end)

/*
 * Looks through the options of the segment for the first of a known kind and
 * length. @other is the last one that is neither that nor standard.
 *
 * Every offset is tried, and those where no option begins are passed over:
 * then only constants are added to the packet's address. With the offset of
 * the next option instead, the verifier would follow each combination of
 * lengths and give up after a million instructions, on every kernel. For the
 * same reason there are few branches here.
 */
static __always_inline int find_option(struct bpf_sock_ops *ops,
				       struct place *place, __u8 *other)
{
	__u32 next = TCP_HEADER;
	__u32 offset;

#pragma clang loop unroll(full)
	for (offset = TCP_HEADER; offset < TCP_HEADER_MAX; offset++) {
		struct toa_option_format *format;
		struct toa_option_key key = {};
		__u8 *option, *end;

		if (offset != next)
			continue;
		option = HEADER(ops) + offset;
		end = HEADER_END(ops);
		if (option + 1 > end || option[0] == OPTION_EOL)
			break;
		next = offset + 1;
		if (option[0] == OPTION_NOP)
			continue;
		if (option + 2 > end)
			break;
		if (option[1] < 2) {
			*other = option[0];
			break;
		}
		next = offset + option[1];
		if (option[0] <= OPTION_LAST_STANDARD)
			continue;

		key.kind = option[0];
		key.length = option[1];
		format = bpf_map_lookup_elem(&options, &key);
		if (format) {
			place->offset = offset;
			place->kind = key.kind;
			place->size = key.length;
			place->format = *format;
			return 1;
		}
		*other = key.kind;
	}
	return 0;
}

/* Reads the client from the option at @place. */
static __always_inline enum toa_verdict read_client(__u8 *data, __u8 *end,
						    const struct place *place,
						    struct toa_endpoint *client)
{
	__u32 port = place->format.port_offset;
	__u32 address = place->format.address_offset;
	__u8 *at;

	if (place->format.version) {
		at = data + ((place->offset + 2) & 0x7f);
		if (at + 1 > end || *at != place->format.version)
			return TOA_MALFORMED;
	}
	if (port) {
		if (port + 2 > place->size)
			return TOA_MALFORMED;
		at = data + ((place->offset + port) & 0x7f);
		if (at + 2 > end)
			return TOA_MALFORMED;
		client->port = *(__u16 *)at;
		if (!client->port)
			return TOA_MALFORMED;
	}

	at = data + ((place->offset + address) & 0x7f);
	if (place->format.family == 6) {
		if (address + 16 > place->size || at + 16 > end)
			return TOA_MALFORMED;
		__builtin_memcpy(client->address, at, 16);
		return usable_ip6(client->address) ? TOA_FOUND : TOA_MALFORMED;
	}
	if (address + 4 > place->size || at + 4 > end)
		return TOA_MALFORMED;
	client->address[2] = bpf_htonl(0xffff);
	__builtin_memcpy(&client->address[3], at, 4);
	return usable_ip4(client->address[3]) ? TOA_FOUND : TOA_MALFORMED;
}

/* What the options of the segment in @ops say of the client. */
static __always_inline enum toa_verdict read_options(struct bpf_sock_ops *ops,
						     struct place *place,
						     struct toa_endpoint *client)
{
	struct toa_option_key any = {};
	__u8 *data, *end;

	if (!find_option(ops, place, &any.kind))
		return any.kind && bpf_map_lookup_elem(&options, &any) ?
			TOA_MALFORMED : TOA_NONE;

	/* Else all that follows is verified once for each place. */
	place->offset = forget(place->offset);
	data = HEADER(ops);
	end = HEADER_END(ops);
	if (place->offset + place->size > (__u32)(end - data))
		return TOA_MALFORMED;
	return read_client(data, end, place, client);
}

#endif
