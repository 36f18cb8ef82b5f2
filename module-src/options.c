// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <linux/kernel.h>
#include <linux/string.h>

#define MAX_STACKED 3

static bool kind_known(const u32 *kinds, u8 kind)
{
	return kinds[kind / 32] & 1U << kind % 32;
}

static void note_kinds(struct toa_formats *formats)
{
	unsigned int i;

	memset(formats->kinds, 0, sizeof(formats->kinds));
	for (i = 0; i < formats->count; i++)
		formats->kinds[formats->list[i].kind / 32] |=
			1U << formats->list[i].kind % 32;
}

const struct toa_format *toa_formats_find(const struct toa_formats *formats,
					  u8 kind, u8 length)
{
	unsigned int i;

	for (i = 0; i < formats->count; i++)
		if (formats->list[i].kind == kind &&
		    formats->list[i].length == length)
			return &formats->list[i];
	return NULL;
}

bool toa_formats_add(struct toa_formats *formats,
		     const struct toa_format *format)
{
	if (formats->count == TOA_MAX_OPTIONS ||
	    toa_formats_find(formats, format->kind, format->length))
		return false;
	formats->list[formats->count++] = *format;
	note_kinds(formats);
	return true;
}

bool toa_formats_remove(struct toa_formats *formats, u8 kind, u8 length)
{
	const struct toa_format *found = toa_formats_find(formats, kind, length);
	unsigned int i;

	if (!found)
		return false;
	formats->count--;
	for (i = found - formats->list; i < formats->count; i++)
		formats->list[i] = formats->list[i + 1];
	note_kinds(formats);
	return true;
}

static inline bool usable_ip4(__be32 ip)
{
	return ip && ip != htonl(0xffffffff) &&
	       (ip & htonl(0xf0000000)) != htonl(0xe0000000);
}

/* Neither alignment nor byte order of the machine matters. */
static inline bool usable_ip4_at(const u8 *address)
{
	__be32 ip;

	memcpy(&ip, address, sizeof(ip));
	return usable_ip4(ip);
}

static bool is_mapped(const u8 *address)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

static bool usable_ip6(const u8 *address)
{
	static const u8 zero[16];

	if (is_mapped(address))
		return usable_ip4_at(address + 12);
	return address[0] != 0xff && memcmp(address, zero, sizeof(zero));
}

static enum toa_verdict read_client(const struct toa_format *format,
				    const u8 *option, struct toa_client *client)
{
	const u8 *address = option + format->address;
	__be16 port;

	client->kind = format->kind;
	client->length = format->length;
	if (format->version && option[2] != format->version)
		return TOA_MALFORMED;

	client->port = 0;
	if (format->port) {
		memcpy(&port, option + format->port, sizeof(port));
		if (!port)
			return TOA_MALFORMED;
		client->port = port;
	}

	if (format->family == 6) {
		if (!usable_ip6(address))
			return TOA_MALFORMED;
		memcpy(&client->ip, address, sizeof(client->ip));
	} else {
		if (!usable_ip4_at(address))
			return TOA_MALFORMED;
		client->ip.s6_addr32[0] = 0;
		client->ip.s6_addr32[1] = 0;
		client->ip.s6_addr32[2] = htonl(0xffff);
		memcpy(&client->ip.s6_addr32[3], address, 4);
	}
	client->counter = format->counter;
	return TOA_FOUND;
}

/* Of a known kind, but not of a known length. */
static enum toa_verdict wrong_length(u8 kind, u8 size,
				     struct toa_client *client)
{
	client->kind = kind;
	client->length = size;
	return TOA_MALFORMED;
}

/*
 * Kinds 253 and 254 are for experiments, whose options begin with a number of
 * the experiment (RFC 6994). TCP Fast Open has sent such options, in a SYN
 * only; elsewhere the same two bytes are the port 63881.
 */
static bool is_fast_open(unsigned int how, const u8 *option, u8 size)
{
	return how & TOA_FIND_IN_SYN && option[0] >= 253 && size >= 4 &&
	       option[2] == 0xf9 && option[3] == 0x89;
}

enum toa_verdict toa_options_find(const struct toa_formats *formats,
				  unsigned int how, const u8 *options,
				  unsigned int length,
				  struct toa_client *client)
{
	enum toa_verdict verdict = TOA_NONE;
	unsigned int found = 0;

	while (length) {
		const struct toa_format *format;
		bool known;
		u8 size;

		if (options[0] == TOA_OPTION_EOL)
			break;
		if (options[0] == TOA_OPTION_NOP) {
			options++;
			length--;
			continue;
		}

		known = kind_known(formats->kinds, options[0]);
		size = length < 2 ? 0 : options[1];
		if (size < 2 || size > length) {
			if (known && !found)
				verdict = wrong_length(options[0], size, client);
			break;
		}

		if (known && !is_fast_open(how, options, size)) {
			format = toa_formats_find(formats, options[0], size);
			if (!format) {
				if (!found)
					verdict = wrong_length(options[0], size,
							       client);
			} else if (format->family) {
				verdict = read_client(format, options, client);
				if (!(how & TOA_FIND_LAST))
					return verdict;
				if (++found > MAX_STACKED)
					return TOA_MALFORMED;
			}
		}
		options += size;
		length -= size;
	}
	return verdict;
}
