// SPDX-License-Identifier: GPL-2.0-only
/*
 * fire malformed MODULE COUNT [PARAMETERS]
 *
 * COUNT handshakes whose options make no sense, with some good ones among them:
 * nothing is in the kernel log, and all counters add up. Then as many bytes of
 * chance, which must only be survived and counted.
 */
#define _GNU_SOURCE
#include "fire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not accepted: their listener takes them with it when it is closed. */
#define QUEUE 1000

static uint64_t state = 88172645463325252;

/* The same ones in each run. */
static uint32_t chance(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % below;
}

static void fill(uint8_t *bytes, size_t size)
{
	while (size--)
		*bytes++ = chance(256);
}

/* What is wrong with an option of the profile "default", and how big it is. */
static size_t malformed(uint8_t *option)
{
	static const struct {
		uint8_t kind, length;
		bool ip6;
	} known[] = { { 254, 8, false }, { 200, 8, false }, { 254, 20, true }, { 253, 20, true } };
	uint32_t n = chance(4);
	uint8_t wrong;

	option[0] = known[n].kind;
	option[1] = known[n].length;
	fill(option + 2, 38);
	option[2] |= 1;
	switch (chance(6)) {
	case 0:
		memset(option + 4, 0, known[n].ip6 ? 16 : 4);
		return known[n].length;
	case 1:
		option[2] = 0;
		option[3] = 0;
		return known[n].length;
	case 2:
		option[4] = known[n].ip6 ? 0xff : 0xe0 | chance(16);
		return known[n].length;
	case 3:
		/* Of a known kind, but no known length. */
		do
			wrong = 2 + chance(18);
		while (wrong == 8 || wrong == 20);
		option[1] = wrong;
		/* Only padding behind it, no second option. */
		return wrong;
	case 4:
		/* Overruns the header. */
		option[1] = 21 + chance(235);
		return 20;
	default:
		option[1] = chance(2);
		return 8;
	}
}

struct sum {
	long made, good, bad, dropped;
};

static void handshake(struct sum *sum, const char *from, const struct listener *listener,
		      const uint8_t *options, size_t size)
{
	struct wire_connection wire;

	wire_connection(&wire, from, listener->port);
	if (!wire_connect(&wire, 0, options, size, "", 0)) {
		check(false, "no SYN/ACK for handshake %ld", sum->made);
		return;
	}
	wire_reset(&wire);
	sum->made++;
}

static void shower(struct sum *sum, long count, bool garbage)
{
	struct listener ip4 = { .fd = -1 }, dual = { .fd = -1 };
	uint8_t options[40];
	size_t size;
	long i;

	for (i = 0; i < count; i++) {
		uint32_t scene = chance(3);

		if (i % QUEUE == 0) {
			close(ip4.fd);
			close(dual.fd);
			ip4 = listener_open(AF_INET, 0, "0.0.0.0");
			dual = listener_open(AF_INET6, 0, "::");
			listen(ip4.fd, QUEUE);
			listen(dual.fd, QUEUE);
		}
		memset(options, 0, sizeof(options));
		if (garbage) {
			size = chance(41);
			fill(options, size);
			if (size && chance(2))
				options[0] = chance(2) ? 254 : 200;
		} else if (chance(8)) {
			size = malformed(options);
			sum->bad++;
		} else {
			memcpy(options, (uint8_t[]){ 254, 8, PORT, 1, 2, 3, 4 }, 8);
			size = 8;
			sum->good++;
		}
		handshake(sum, scene == 2 ? LB_IP6 : LB_IP4, scene ? &dual : &ip4,
			  options, size);
	}
	close(ip4.fd);
	close(dual.fd);
}

static void silent_log(void)
{
	const char *line;

	while ((line = log_next()))
		check(false, "kernel log: %s", line);
}

int fire_malformed(const char *path, long count, const char *parameters)
{
	struct sum sum = { 0 }, garbage = { 0 };
	struct counters seen;
	long known;

	if (!module_load(path, parameters))
		die("load %s", path);
	log_mark();
	shower(&sum, count, false);
	counters_read(&seen);
	known = counters_find(&seen, "syn_recv_sock_toa") +
		counters_find(&seen, "syn_recv_sock_no_toa");
	sum.dropped = sum.made - known;
	check(counters_find(&seen, "syn_recv_sock_toa") == sum.good, "%ld good ones, not %ld",
	      counters_find(&seen, "syn_recv_sock_toa"), sum.good);
	check(counters_find(&seen, "entry_alloc") == sum.good, "%ld entries, not %ld",
	      counters_find(&seen, "entry_alloc"), sum.good);
	check(counters_find(&seen, "option_254/8") == sum.good, "%ld times 254/8, not %ld",
	      counters_find(&seen, "option_254/8"), sum.good);
	/* A kernel with TCP-AO throws those away whose lengths overrun. */
	check(counters_find(&seen, "malformed") == sum.bad - sum.dropped,
	      "%ld malformed ones, not %ld and %ld dropped", counters_find(&seen, "malformed"),
	      sum.bad, sum.dropped);
	check(counters_find(&seen, "malformed") == counters_find(&seen, "syn_recv_sock_no_toa"),
	      "%ld without address", counters_find(&seen, "syn_recv_sock_no_toa"));
	check(!counters_find(&seen, "untrusted") && !counters_find(&seen, "table_full") &&
	      !counters_find(&seen, "alloc_failed"), "others have risen");
	check(sum.dropped >= 0 && sum.dropped < sum.bad / 2, "%ld were dropped", sum.dropped);
	silent_log();

	shower(&garbage, count / 4, true);
	counters_read(&seen);
	known = counters_find(&seen, "syn_recv_sock_toa") +
		counters_find(&seen, "syn_recv_sock_no_toa");
	check(known <= sum.made + garbage.made && known >= sum.made - sum.dropped,
	      "%ld connections of %ld handshakes", known, sum.made + garbage.made);
	silent_log();
	check(balanced(), "entry_alloc %ld, entry_free %ld", counter("entry_alloc"),
	      counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	printf("{\"made\":%ld,\"good\":%ld,\"malformed\":%ld,\"dropped\":%ld,\"garbage\":%ld}\n",
	       sum.made, sum.good, sum.bad, sum.dropped, garbage.made);
	return judge_end();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const char *path, long count, const char *parameters);
	} fires[] = {
		{ "malformed", fire_malformed },
		{ "profiles", fire_profiles },
		{ "namespaces", fire_namespaces },
		{ "processors", fire_processors },
	};
	size_t i;

	for (i = 0; argc > 3 && i < sizeof(fires) / sizeof(fires[0]); i++) {
		if (strcmp(argv[1], fires[i].name))
			continue;
		wire_open("toafire");
		return fires[i].run(argv[2], atol(argv[3]), argc > 4 ? argv[4] : "");
	}
	fprintf(stderr, "usage: fire malformed|profiles|namespaces|processors MODULE COUNT [PARAMETERS]\n");
	return 2;
}
