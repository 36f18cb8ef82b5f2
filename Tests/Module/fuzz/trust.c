// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any lists of trusted prefixes, one after the other, any sources, and memory
 * that runs out now and then; against a second reader and a second comparison.
 */
#include "trust.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "uapi/toa.h"
#include "fuzz.h"

extern const struct kernel_param_ops * const shim_parameter_trusted;

struct block {
	int family;
	uint8_t address[16];
	unsigned int length;
};

struct list {
	bool any, none;
	unsigned int count;
	struct block blocks[TOA_TRUSTED_MAX_PREFIXES];
};

/* Zeros before a number say nothing to the kernel, and libc does not like them. */
static void strip_zeros(const char *from, char *to, size_t size)
{
	char before = '.';
	size_t used = 0;

	for (; *from && used < size - 1; from++) {
		bool digit_follows = strchr("0123456789abcdefABCDEF", from[1]) &&
				     from[1];

		if (*from == '0' && (before == '.' || before == ':') &&
		    digit_follows)
			continue;
		before = to[used++] = *from;
	}
	/* No address is as long as the buffer. */
	to[used] = '\0';
}

static no_coverage bool get_bit(const uint8_t *bytes, unsigned int bit)
{
	return bytes[bit / 8] >> (7 - bit % 8) & 1;
}

static bool read_block(char *word, struct block *block)
{
	char *slash = strchr(word, '/'), plain[64];
	unsigned int width, bit;

	if (slash)
		*slash++ = '\0';
	block->family = strchr(word, ':') ? AF_INET6 : AF_INET;
	width = block->family == AF_INET6 ? 128 : 32;
	strip_zeros(word, plain, sizeof(plain));
	if (inet_pton(block->family, plain, block->address) != 1)
		return false;
	if (block->family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED((struct in6_addr *)block->address))
		return false;

	block->length = width;
	if (slash) {
		size_t size = strlen(slash);

		if (!size || size > 3 || strspn(slash, "0123456789") != size)
			return false;
		block->length = atoi(slash);
		if (block->length > width)
			return false;
	}
	for (bit = block->length; bit < width; bit++)
		if (get_bit(block->address, bit))
			return false;
	return true;
}

static bool read_list(const char *given, struct list *list)
{
	char *text, *rest, *word;
	unsigned int words = 0;
	bool good = true;

	if (strlen(given) > TOA_TRUSTED_MAX_LENGTH)
		return false;
	text = rest = strdup(given);
	list->any = false;
	list->none = false;
	list->count = 0;
	while (good && (word = strsep(&rest, ", \t\r\n"))) {
		if (!*word)
			continue;
		words++;
		if (!strcmp(word, "any"))
			list->any = true;
		else if (!strcmp(word, "none"))
			list->none = true;
		else
			good = list->count < TOA_TRUSTED_MAX_PREFIXES &&
			       read_block(word, &list->blocks[list->count++]);
	}
	free(text);
	return good && words && (!list->none || words == 1);
}

static no_coverage bool holds(const struct list *list, int family,
			      const uint8_t *source)
{
	unsigned int i, bit;

	if (list->any)
		return true;
	for (i = 0; i < list->count; i++) {
		const struct block *block = &list->blocks[i];

		if (block->family != family)
			continue;
		for (bit = 0; bit < block->length; bit++)
			if (get_bit(block->address, bit) != get_bit(source, bit))
				break;
		if (bit == block->length)
			return true;
	}
	return false;
}

static void check_source(const struct list *list, int family,
			 const uint8_t *source)
{
	struct ipv6hdr ip6 = { 0 };
	struct iphdr ip4 = { 0 };
	struct sk_buff skb = { 0 };

	if (family == AF_INET) {
		memcpy(&ip4.saddr, source, 4);
		skb.protocol = htons(ETH_P_IP);
		skb.network = &ip4;
	} else {
		memcpy(&ip6.saddr, source, 16);
		skb.protocol = htons(ETH_P_IPV6);
		skb.network = &ip6;
	}
	require(toa_trusted(&skb) == holds(list, family, source),
		"family %d, source %02x%02x%02x%02x...", family, source[0],
		source[1], source[2], source[3]);
}

/* Each address of the list, and its neighbours in every bit. */
static void check_sources(const struct list *list, struct input *input)
{
	uint8_t source[16];
	unsigned int i;

	for (i = 0; i < list->count && i < 4; i++) {
		unsigned int bit = take(input);

		memcpy(source, list->blocks[i].address, 16);
		check_source(list, list->blocks[i].family, source);
		bit %= list->blocks[i].family == AF_INET ? 32 : 128;
		source[bit / 8] ^= 0x80 >> bit % 8;
		check_source(list, list->blocks[i].family, source);
	}
	for (i = 0; i < 16; i++)
		source[i] = take(input);
	check_source(list, AF_INET, source);
	check_source(list, AF_INET6, source);
}

static void check_other_protocol(void)
{
	struct sk_buff skb = { .protocol = htons(ETH_P_ARP) };
	uint8_t nothing[40] = { 0 };

	skb.network = nothing;
	require(!toa_trusted(&skb), "neither IPv4 nor IPv6");
}

/* As written, without the white space at the end. */
static void check_reading(const char *text)
{
	static char page[PAGE_SIZE];
	size_t length = strlen(text);
	int count = shim_parameter_trusted->get(page, NULL);

	while (length && strchr(" \t\r\n", text[length - 1]))
		length--;
	require((size_t)count == length + 1 && page[length] == '\n' &&
			!memcmp(page, text, length),
		"'%s' reads back as %s", text, page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* In effect, and the next one: two that take turns. */
	static struct list lists[2];
	static unsigned int turn;
	struct input input = { data, size };
	unsigned int rounds = take(&input) % 3 + 1;

	/* What an input does must not hang on those before it. */
	if (!lists[turn].none) {
		require(!shim_parameter_trusted->set("none", NULL),
			"none is refused");
		lists[turn] = (struct list){ .none = true };
	}

	while (rounds--) {
		uint8_t code = take(&input), how = take(&input);
		bool out_of_memory = code % 8 == 7;
		char *text = grow(take_text(&input), how,
				  TOA_TRUSTED_MAX_LENGTH);
		int err, expected = 0;

		shim_out_of_memory = out_of_memory;
		err = shim_parameter_trusted->set(text, NULL);
		if (strlen(text) > TOA_TRUSTED_MAX_LENGTH)
			expected = -EINVAL;
		else if (out_of_memory)
			expected = -ENOMEM;
		else if (!read_list(text, &lists[!turn]))
			expected = -EINVAL;
		shim_out_of_memory = false;
		require(err == expected, "'%s' gives %d, expected %d", text,
			err, expected);
		if (!err) {
			turn = !turn;
			check_reading(text);
		}
		require(shim_allocated == 1, "%d lists in memory", shim_allocated);
		free(text);
	}
	check_other_protocol();
	/* Also when the last one was refused: the old one stays. */
	check_sources(&lists[turn], &input);
	return 0;
}
