// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <linux/kernel.h>
#include <linux/string.h>

enum {
	OPTION_EOL = 0,
	OPTION_NOP = 1,
};

enum layout {
	/* kind, length, port, IPv4 address */
	LAYOUT_PORT_IP4,
};

/*
 * The same kind means different things with another length, so both together
 * tell what an option is.
 */
static const struct format {
	u8 kind;
	u8 length;
	enum layout layout;
} formats[] = {
	{ 254, 8, LAYOUT_PORT_IP4 },
	{ 200, 8, LAYOUT_PORT_IP4 },
};

static const struct format *find_format(u8 kind, u8 length, bool *kind_known)
{
	unsigned int i;

	*kind_known = false;
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].kind != kind)
			continue;
		*kind_known = true;
		if (formats[i].length == length)
			return &formats[i];
	}
	return NULL;
}

/* Byte by byte: neither alignment nor byte order of the machine matters. */
static bool usable_ip4(const u8 *address)
{
	bool zero = !(address[0] | address[1] | address[2] | address[3]);
	bool multicast = (address[0] & 0xf0) == 0xe0;
	bool broadcast = (address[0] & address[1] & address[2] & address[3]) == 0xff;

	return !zero && !multicast && !broadcast;
}

static enum toa_verdict read_client(const struct format *format,
				    const u8 *option, struct toa_client *client)
{
	switch (format->layout) {
	case LAYOUT_PORT_IP4:
		if (!(option[2] | option[3]) || !usable_ip4(option + 4))
			return TOA_MALFORMED;
		memcpy(&client->port, option + 2, sizeof(client->port));
		memcpy(&client->ip4, option + 4, sizeof(client->ip4));
		client->kind = format->kind;
		client->length = format->length;
		return TOA_FOUND;
	}
	return TOA_MALFORMED;
}

enum toa_verdict toa_options_find(const u8 *options, unsigned int length,
				  struct toa_client *client)
{
	enum toa_verdict verdict = TOA_NONE;

	while (length) {
		const struct format *format;
		bool kind_known;
		u8 size;

		if (options[0] == OPTION_EOL)
			break;
		if (options[0] == OPTION_NOP) {
			options++;
			length--;
			continue;
		}

		size = length < 2 ? 0 : options[1];
		format = find_format(options[0], size, &kind_known);
		if (kind_known && (!format || size > length))
			verdict = TOA_MALFORMED;
		if (size < 2 || size > length)
			break;
		if (format)
			return read_client(format, options, client);

		options += size;
		length -= size;
	}
	return verdict;
}
