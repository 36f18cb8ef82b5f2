// SPDX-License-Identifier: GPL-2.0-only
/*
 * trust MODULE [PARAMETERS]
 *
 * From whom an option is believed, and the other parameters.
 */
#define _GNU_SOURCE
#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRUSTED "/sys/module/toa/parameters/trusted"

static const char * const bad[] = {
	" ", "10.0.0.0/33", "10.0.0.0/8,x", "1.2.3", "10.0.0.1/8", "::/129",
	"::1/127", "10.0.0.0/", "10.0.0.0/08 x", "/8", "any,x", "any none",
	"none 10.0.0.0/8", "10.0.0.0/-1", "10.0.0.0/+8", "::ffff:10.0.0.0/104",
	"0x0a000000/8", "10.0.0.0/8/8", "256.0.0.0/8", "fe80::1%eth0",
};

static const struct {
	const char *list;
	/* Whose option is believed. */
	bool lb_ip4, untrusted_ip4, lb_ip6;
} lists[] = {
	{ "203.0.113.2\n", false, true, false },
	{ "203.0.113.0/31, 10.9.0.3", false, false, false },
	{ "8000::/1 fd09::2/127", false, false, true },
	{ "fd0a::/16", false, false, false },
	{ "none", false, false, false },
	{ "any", true, true, true },
	{ "10.0.0.0/8,", true, false, false },
	{ "0.0.0.0/0", true, true, false },
	{ "::/0", false, false, true },
};

static struct listener ip4, dual;

static bool set_trusted(const char *text)
{
	return write_file(TRUSTED, text);
}

static void ask_all(const char *what, bool lb_ip4, bool untrusted_ip4, bool lb_ip6)
{
	long before = counter("untrusted");

	once(what, &ip4, LB_IP4, GOOD, "", lb_ip4 ? &somebody : &nobody);
	once(what, &ip4, LB_IP4_UNTRUSTED, GOOD, "", untrusted_ip4 ? &somebody : &nobody);
	once(what, &dual, LB_IP4, GOOD, "", lb_ip4 ? &somebody : &nobody);
	once(what, &dual, LB_IP4_UNTRUSTED, GOOD, "", untrusted_ip4 ? &somebody : &nobody);
	once(what, &dual, LB_IP6, GOOD, "", lb_ip6 ? &somebody : &nobody);
	check(counter("untrusted") == before + 2 * !lb_ip4 + 2 * !untrusted_ip4 + !lb_ip6,
	      "%s: untrusted rose by %ld", what, counter("untrusted") - before);
}

static void refused_lists(void)
{
	char before[8192], now[8192], list[8192] = "";
	size_t i;

	read_file(TRUSTED, before, sizeof(before));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(!set_trusted(bad[i]) && errno == EINVAL,
		      "the list \"%s\" was taken", bad[i]);
	for (i = 0; i < 257; i++)
		sprintf(list + strlen(list), "10.1.%zu.%zu ", i / 256, i % 256);
	check(!set_trusted(list) && errno == EINVAL, "257 prefixes were taken");
	memset(list, ' ', 4090);
	strcpy(list + 4090, "any 0.0.0.0/0");
	check(!set_trusted(list), "a list of more than a page was taken");
	read_file(TRUSTED, now, sizeof(now));
	same("list after bad lists", now, before);
}

static void trust(void)
{
	char before[8192];
	size_t i;

	ask_all("default", true, false, true);
	refused_lists();
	ask_all("after bad lists", true, false, true);
	read_file(TRUSTED, before, sizeof(before));
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		check(set_trusted(lists[i].list), "the list %s: %s",
		      lists[i].list, strerror(errno));
		ask_all(lists[i].list, lists[i].lb_ip4, lists[i].untrusted_ip4,
			lists[i].lb_ip6);
	}
	check(set_trusted(before), "the old list again");
	ask_all("as before", true, false, true);
}

static void full(const char *path, const char *parameters, long fit)
{
	struct wire_connection wire[3];
	int fd[3], i;

	check(module_load(path, parameters), "%s: %s", parameters, strerror(errno));
	for (i = 0; i < 3; i++)
		fd[i] = connection(parameters, &ip4, LB_IP4, GOOD, "",
				   i < fit ? &somebody : &nobody, &wire[i]);
	check(counter("table_full") == 3 - fit, "%s: table_full is %ld",
	      parameters, counter("table_full"));
	for (i = 0; i < 3; i++) {
		wire_reset(&wire[i]);
		close(fd[i]);
	}
	check(balanced(), "%s: entries", parameters);
	once("room again", &ip4, LB_IP4, GOOD, "", fit ? &somebody : &nobody);
	check(module_unload(), "unload: %s", strerror(errno));
}

static void refusals(const char *path)
{
	static const char * const wrong[] = {
		"trusted=nonsense", "hook=magic", "trusted=10.0.0.0/8 hook=magic",
		"max_entries=x",
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check(!module_load(path, wrong[i]) && errno == EINVAL, "%s", wrong[i]);
	full(path, "max_entries=2 trusted=any", 2);
	full(path, "max_entries=0", 0);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: trust MODULE [PARAMETERS]\n");
		return 2;
	}
	wire_open("toatrust");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = listener_open(AF_INET6, 0, "::");
	once("before", &ip4, LB_IP4, GOOD, "", &nobody);
	once("before", &dual, LB_IP6, GOOD, "", &nobody);
	judge_calls(true, true);
	refusals(argv[1]);
	if (!module_load(argv[1], argc > 2 ? argv[2] : ""))
		die("load %s", argv[1]);
	trust();
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	return judge_end();
}
