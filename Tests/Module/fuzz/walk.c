// SPDX-License-Identifier: GPL-2.0-only
#include "walk.h"

#include <arpa/inet.h>

#include "fuzz.h"

struct option {
	unsigned int at;
	uint8_t kind;
	uint8_t length;
	/* Its length is missing, too small, or points behind the header. */
	bool broken;
};

/* A broken one is the last, as nobody knows where it ends. */
static unsigned int list_options(const uint8_t *header, unsigned int size,
				 struct option *list)
{
	unsigned int at = 0, count = 0;

	while (at < size && header[at] != 0) {
		struct option *option = &list[count];

		if (header[at] == 1) {
			at++;
			continue;
		}
		*option = (struct option){ .at = at, .kind = header[at] };
		if (at + 1 < size)
			option->length = header[at + 1];
		option->broken = option->length < 2 || at + option->length > size;
		count++;
		if (option->broken)
			break;
		at += option->length;
	}
	return count;
}

static const struct toa_format *format_of(const struct toa_formats *formats,
					  const struct option *option,
					  bool *kind_known)
{
	const struct toa_format *found = NULL;
	unsigned int i;

	*kind_known = false;
	for (i = 0; i < formats->count; i++) {
		if (formats->list[i].kind != option->kind)
			continue;
		*kind_known = true;
		if (formats->list[i].length == option->length)
			found = &formats->list[i];
	}
	return found;
}

/* An address that no client has. */
static bool nobody4(uint32_t address)
{
	return address == 0 || address == 0xffffffff ||
	       (address >= 0xe0000000 && address <= 0xefffffff);
}

static uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return ntohl(word);
}

/* Reads the client that the option names; false when there is none to believe in. */
static bool client_of(const struct toa_format *format, const uint8_t *option,
		      uint8_t ip[16], uint16_t *port)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t unspecified[16];

	*port = 0;
	if (format->port) {
		memcpy(port, option + format->port, 2);
		if (!*port)
			return false;
	}
	if (format->version && option[2] != format->version)
		return false;

	if (format->family == 4) {
		memcpy(ip, mapped, 12);
		memcpy(ip + 12, option + format->address, 4);
	} else {
		memcpy(ip, option + format->address, 16);
	}
	if (!memcmp(ip, mapped, 12))
		return !nobody4(word_at(ip + 12));
	return ip[0] != 0xff && memcmp(ip, unspecified, 16);
}

/* TCP Fast Open in its experimental days, RFC 6994 and 7413: only in a SYN. */
static bool fast_open(const uint8_t *header, const struct option *option,
		      unsigned int how)
{
	return (how & TOA_FIND_IN_SYN) && option->kind >= 253 &&
	       option->length >= 4 && header[option->at + 2] == 0xf9 &&
	       header[option->at + 3] == 0x89;
}

void check_walk(const struct toa_formats *formats, unsigned int how,
		const uint8_t *options, unsigned int length)
{
	enum toa_verdict verdict, expected = TOA_NONE;
	const struct option *chosen = NULL;
	struct toa_client client = { 0 };
	unsigned int count, clients = 0, i;
	const struct toa_format *format;
	struct option list[40];
	bool any_known = false;
	uint8_t ip[16], *header;
	uint16_t port = 0;

	count = list_options(options, length, list);
	for (i = 0; i < count; i++) {
		bool kind_known;

		format = format_of(formats, &list[i], &kind_known);
		any_known |= kind_known;
		if (list[i].broken) {
			if (kind_known && !clients)
				expected = TOA_MALFORMED;
			continue;
		}
		if (!kind_known || fast_open(options, &list[i], how))
			continue;
		if (!format) {
			if (!clients)
				expected = TOA_MALFORMED;
			continue;
		}
		if (!format->family)
			continue;
		clients++;
		if (clients == 1 || (how & TOA_FIND_LAST)) {
			chosen = &list[i];
			expected = client_of(format, options + chosen->at, ip, &port) ?
					   TOA_FOUND : TOA_MALFORMED;
		}
	}
	if ((how & TOA_FIND_LAST) && clients > 3)
		expected = TOA_MALFORMED;

	header = copy_bytes(options, length);
	require(toa_options_known(formats->kinds, header, length) == any_known,
		"how %u, any known kind: %d", how, any_known);
	verdict = toa_options_find(formats, how, header, length, &client);
	free(header);
	require(verdict == expected, "how %u, verdict %d, expected %d", how,
		verdict, expected);

	if (verdict == TOA_FOUND)
		require(client.kind == chosen->kind &&
				client.length == chosen->length &&
				client.port == port &&
				!memcmp(&client.ip, ip, sizeof(ip)),
			"option %d/%d, expected %d/%d", client.kind,
			client.length, chosen->kind, chosen->length);
	if (verdict == TOA_MALFORMED) {
		for (i = 0; i < count; i++)
			if (list[i].kind == client.kind &&
			    list[i].length == client.length)
				break;
		/* The length of one that is cut off behind its kind is 0. */
		require(i < count, "malformed %d/%d is not there", client.kind,
			client.length);
	}
}
