// SPDX-License-Identifier: GPL-2.0-only
/*
 * The option parser of the module, in user space. Every header lies at the
 * very end of its own piece of heap, so that the sanitizer sees a read of one
 * byte too many.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../module-src/profile.h"

#define PORT 0x30, 0x39
#define BYTES(...) { __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ })

static const struct {
	const char *name;
	u8 options[40];
	unsigned int length;
	enum toa_verdict verdict;
	/* Last byte of the address, when found. */
	u8 last;
	/* NULL: "254/8 200/8" */
	const char *profile;
	bool syn;
} table[] = {
	{ "nothing", { 0 }, 0, TOA_NONE, 0 },
	{ "254", BYTES(254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "200", BYTES(200, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "NOPs before", BYTES(1, 1, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "odd offset", BYTES(1, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "bytes after", BYTES(254, 8, PORT, 1, 2, 3, 4, 9, 9), TOA_FOUND, 4 },
	{ "timestamps before", BYTES(8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "two, the first wins", BYTES(254, 8, PORT, 1, 2, 3, 4, 254, 8, PORT, 1, 2, 3, 5), TOA_FOUND, 4 },
	{ "two kinds, the first wins", BYTES(200, 8, PORT, 1, 2, 3, 5, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 5 },
	{ "other length, then good", BYTES(254, 4, 0, 0, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "first bad, then good", BYTES(254, 8, PORT, 0, 0, 0, 0, 254, 8, PORT, 1, 2, 3, 4), TOA_MALFORMED, 0 },
	{ "EOL", BYTES(0), TOA_NONE, 0 },
	{ "after EOL", BYTES(0, 254, 8, PORT, 1, 2, 3, 4), TOA_NONE, 0 },
	{ "NOPs only", BYTES(1, 1, 1, 1), TOA_NONE, 0 },
	{ "unknown kind", BYTES(253, 8, PORT, 1, 2, 3, 4), TOA_NONE, 0 },
	{ "unknown, length 0", BYTES(77, 0, 254, 8, PORT, 1, 2, 3, 4), TOA_NONE, 0 },
	{ "unknown, length 1", BYTES(77, 1, 254, 8, PORT, 1, 2, 3, 4), TOA_NONE, 0 },
	{ "unknown, overruns", BYTES(77, 9, 254, 8, PORT, 1, 2), TOA_NONE, 0 },
	{ "unknown kind in last byte", BYTES(1, 1, 1, 77), TOA_NONE, 0 },
	{ "kind in last byte", BYTES(1, 1, 1, 254), TOA_MALFORMED, 0 },
	{ "length in last byte", BYTES(1, 1, 254, 8), TOA_MALFORMED, 0 },
	{ "one byte short", BYTES(254, 8, PORT, 1, 2, 3), TOA_MALFORMED, 0 },
	{ "length 0", BYTES(254, 0, PORT, 1, 2, 3, 4), TOA_MALFORMED, 0 },
	{ "length 1", BYTES(254, 1, PORT, 1, 2, 3, 4), TOA_MALFORMED, 0 },
	{ "length 6", BYTES(254, 6, PORT, 1, 2, 1, 1), TOA_MALFORMED, 0 },
	{ "length 255", BYTES(254, 255, PORT, 1, 2, 3, 4), TOA_MALFORMED, 0 },
	{ "port 0", BYTES(254, 8, 0, 0, 1, 2, 3, 4), TOA_MALFORMED, 0 },
	{ "low half of port", BYTES(254, 8, 0, 1, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "address 0.0.0.0", BYTES(254, 8, PORT, 0, 0, 0, 0), TOA_MALFORMED, 0 },
	{ "address 224.0.0.1", BYTES(254, 8, PORT, 224, 0, 0, 1), TOA_MALFORMED, 0 },
	{ "address 239.255.255.255", BYTES(254, 8, PORT, 239, 255, 255, 255), TOA_MALFORMED, 0 },
	{ "address 255.255.255.255", BYTES(254, 8, PORT, 255, 255, 255, 255), TOA_MALFORMED, 0 },
	{ "address 223.255.255.255", BYTES(254, 8, PORT, 223, 255, 255, 255), TOA_FOUND, 255 },
	{ "address 255.255.255.254", BYTES(254, 8, PORT, 255, 255, 255, 254), TOA_FOUND, 254 },
	{ "at the very end", BYTES(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4 },
	{ "none is looked past", BYTES(250, 8, PORT, 9, 9, 9, 9, 254, 8, PORT, 1, 2, 3, 4), TOA_FOUND, 4, "254/8 250/8", false },
	{ "none alone", BYTES(250, 8, PORT, 9, 9, 9, 9), TOA_NONE, 0, "254/8 250/8", false },
	{ "254 with IPv6", BYTES(254, 20, PORT, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7), TOA_FOUND, 7, "254/8 254/20", false },
	{ "IPv6 ::", BYTES(254, 20, PORT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), TOA_MALFORMED, 0, "254/20", false },
	{ "IPv6 multicast", BYTES(254, 20, PORT, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), TOA_MALFORMED, 0, "254/20", false },
	{ "IPv6, port 0", BYTES(254, 20, 0, 0, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), TOA_MALFORMED, 0, "254/20", false },
	{ "mapped 0.0.0.0", BYTES(254, 20, PORT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0), TOA_MALFORMED, 0, "254/20", false },
	{ "28/7", BYTES(28, 7, 1, 1, 2, 3, 4), TOA_FOUND, 4, "28/7", false },
	{ "28/7 of another version", BYTES(28, 7, 2, 1, 2, 3, 4), TOA_MALFORMED, 0, "28/7", false },
	{ "a layout of our own", BYTES(77, 11, 9, 9, 9, PORT, 1, 2, 3, 4), TOA_FOUND, 4, "77/11:ip4@7+port@5", false },
	{ "last of two", BYTES(254, 8, PORT, 1, 2, 3, 4, 254, 8, PORT, 1, 2, 3, 5), TOA_FOUND, 5, "254/8 last", false },
	{ "last of three", BYTES(254, 8, PORT, 1, 2, 3, 4, 200, 8, PORT, 1, 2, 3, 5, 254, 8, PORT, 1, 2, 3, 6), TOA_FOUND, 6, "254/8 200/8 last", false },
	{ "last of four", BYTES(254, 8, PORT, 1, 2, 3, 4, 254, 8, PORT, 1, 2, 3, 5, 254, 8, PORT, 1, 2, 3, 6, 254, 8, PORT, 1, 2, 3, 7), TOA_MALFORMED, 0, "254/8 last", false },
	{ "last of two is bad", BYTES(254, 8, PORT, 1, 2, 3, 4, 254, 8, PORT, 0, 0, 0, 0), TOA_MALFORMED, 0, "254/8 last", false },
	{ "found, then a wrong length", BYTES(254, 8, PORT, 1, 2, 3, 4, 254, 4, 0, 0), TOA_FOUND, 4, "254/8 last", false },
	{ "Fast Open on a SYN", BYTES(254, 8, 0xf9, 0x89, 1, 2, 3, 4), TOA_NONE, 0, "254/8", true },
	{ "its port elsewhere", BYTES(254, 8, 0xf9, 0x89, 1, 2, 3, 4), TOA_FOUND, 4, "254/8", false },
};

static enum toa_verdict parse(const char *text, bool syn, const u8 *options,
			      unsigned int length, struct toa_client *client)
{
	struct toa_profile profile;
	unsigned int how = syn ? TOA_FIND_IN_SYN : 0;
	const char *word;
	size_t size;
	/* Even for 0 bytes, a piece of exactly that size. */
	u8 *copy = malloc(length);
	enum toa_verdict verdict;

	if (toa_profile_parse(text ? text : "254/8 200/8", &profile, &word, &size))
		abort();
	if (profile.behaviours & TOA_LAST)
		how |= TOA_FIND_LAST;
	if (length)
		memcpy(copy, options, length);
	verdict = toa_options_find(&profile.formats, how, copy, length, client);
	/* Who is not even asked for must have nothing to say. */
	if (verdict != TOA_NONE &&
	    !toa_options_known(profile.formats.kinds, copy, length))
		abort();
	free(copy);
	return verdict;
}

/* Are all parts of @client next to each other in the header? */
static int from_header(const struct toa_client *client, const u8 *options,
		       unsigned int length)
{
	u8 option[8] = { client->kind, client->length };

	memcpy(option + 2, &client->port, 2);
	memcpy(option + 4, &client->ip.s6_addr[12], 4);
	return client->length == sizeof(option) &&
	       memmem(options, length, option, sizeof(option)) != NULL;
}

static int check_table(void)
{
	unsigned int i, failed = 0;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct toa_client client = { 0 };
		enum toa_verdict verdict;

		verdict = parse(table[i].profile, table[i].syn, table[i].options,
				table[i].length, &client);
		if (verdict != table[i].verdict ||
		    (verdict == TOA_FOUND &&
		     (client.ip.s6_addr[15] != table[i].last ||
		      (!table[i].profile &&
		       !from_header(&client, table[i].options,
				    table[i].length))))) {
			printf("FAILED: %s: verdict %d\n", table[i].name,
			       verdict);
			failed++;
		}
	}
	return failed;
}

/* Any bytes, made of pieces that mean something; every verdict must come up. */
static int check_random(unsigned int rounds)
{
	static const u8 likely[] = { 0, 1, 1, 2, 8, 8, 20, 200, 254, 254 };
	unsigned int seen[3] = { 0 };
	unsigned int i, j;

	srandom(254);
	for (i = 0; i < rounds; i++) {
		struct toa_client client = { 0 };
		unsigned int length = random() % 41;
		enum toa_verdict verdict;
		u8 options[40];

		for (j = 0; j < length; j++)
			options[j] = random() % 3 ? likely[random() % 10] :
						    random();
		verdict = parse(NULL, false, options, length, &client);
		seen[verdict]++;
		if (verdict == TOA_FOUND &&
		    (!client.port || !client.ip.s6_addr[10] ||
		     !from_header(&client, options, length))) {
			printf("FAILED: found what is not there\n");
			return 1;
		}
	}
	if (!seen[TOA_FOUND] || !seen[TOA_NONE] || !seen[TOA_MALFORMED]) {
		printf("FAILED: random headers never gave one of the verdicts\n");
		return 1;
	}
	return 0;
}

int main(void)
{
	int failed = check_table() + check_random(2000000);

	printf("options: %zu cases and random headers, %d failed\n",
	       sizeof(table) / sizeof(table[0]), failed);
	return failed != 0;
}
