// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults MODULE [PARAMETERS]
 *
 * Every allocation of the module fails once: when it is loaded, and when its
 * parameters are written. Then those that are made for connections fail at
 * random. Wants a kernel with CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC, the
 * stack trace filter, and no other module: allocations are ours when somebody
 * on the stack is in the memory of modules.
 */
#define _GNU_SOURCE
#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAILSLAB "/sys/kernel/debug/failslab/"
#define FAIL_PAGE_ALLOC "/sys/kernel/debug/fail_page_alloc/"
#define FAIL_NTH "/proc/thread-self/fail-nth"
#define PARAMETERS "/sys/module/toa/parameters/"
#define MOST 100
#define CONNECTIONS 300

static const char *path, *parameters;

static void set(const char *file, const char *text)
{
	if (!write_file(file, text))
		die("write %s to %s", text, file);
}

/*
 * Only allocations of modules, those that could wait included, without a
 * stack trace for each. Where modules are is where this one is; it will be
 * near there the next time. What the kernel allocates more than a few calls
 * further down is left alone: kmem_cache_create() itself hangs when it gets
 * no memory for a name.
 */
static void aim(const char *faults)
{
	char line[256] = "", start[32], file[64];
	unsigned long address;
	size_t i;
	const char * const settings[][2] = {
		{ "verbose", "0" },
		{ "times", "-1" },
		{ "ignore-gfp-wait", "N" },
		{ "probability", "0" },
		{ "stacktrace-depth", "8" },
		{ "require-start", start },
		{ "require-end", "0xffffffffff000000" },
	};

	if (!read_file("/proc/modules", line, sizeof(line)) ||
	    sscanf(line, "toa %*u %*u %*s %*s %lx", &address) != 1 || !address)
		die("no address in /proc/modules: %s", line);
	snprintf(start, sizeof(start), "%#lx", address & ~0xffffffUL);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", faults, settings[i][0]);
		set(file, settings[i][1]);
	}
}

/* The @nth allocation from here on fails. */
static void fail(unsigned int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	set(FAIL_NTH, text);
}

/* Was there such an allocation? None fails from here on. */
static bool has_failed(void)
{
	char text[16] = "";

	if (!read_file(FAIL_NTH, text, sizeof(text)))
		die("read %s", FAIL_NTH);
	set(FAIL_NTH, "0");
	return atoi(text) == 0;
}

/*
 * Does @act until none of its allocations is left to fail. What it answers
 * with a failed one must be that there is no memory, or that it did without.
 */
static void each(const char *what, int (*act)(void), int least)
{
	unsigned int nth;

	for (nth = 1; nth < MOST; nth++) {
		bool failed;
		int err;

		fail(nth);
		err = act();
		failed = has_failed();
		if (!failed) {
			check(!err, "%s: %s", what, strerror(err));
			break;
		}
		/* sock_create_kern() has two more words for it. */
		check(!err || err == ENOMEM || err == ENFILE || err == ENOBUFS,
		      "%s, allocation %u failed: %s", what, nth, strerror(err));
	}
	check((int)nth > least && nth < MOST, "%s: %u allocations", what,
	      nth - 1);
	printf("%s: %u allocations failed, one at a time\n", what, nth - 1);
}

static int load_and_unload(void)
{
	int err = module_load(path, parameters) ? 0 : errno;
	char left[16] = "";

	/*
	 * Not while unloading: ftrace allocates even where it takes something
	 * away, and without memory loses the few bytes of a filter.
	 */
	if (!err) {
		if (!read_file(FAIL_NTH, left, sizeof(left)))
			die("read %s", FAIL_NTH);
		set(FAIL_NTH, "0");
		check(module_unload(), "unload: %s", strerror(errno));
		set(FAIL_NTH, left);
	}
	check(access("/sys/module/toa", F_OK), "the module is there");
	check(access("/proc/net/toa_stats", F_OK), "toa_stats is there");
	check(access("/proc/net/toa_table", F_OK), "toa_table is there");
	return err;
}

static int write_profile(void)
{
	static bool other;
	int err;

	other = !other;
	err = write_file(PARAMETERS "profile", other ?
			 "default deferred late syn" : "lvs 77/12:ip4@4") ?
		0 : errno;
	/* Begins anew, so that as much is to be done as before. */
	if (err)
		other = !other;
	return err;
}

static int write_trusted(void)
{
	return write_file(PARAMETERS "trusted", "10.0.0.0/8 fc00::/7") ? 0 : errno;
}

/* Each is accepted, and named after its client or after the balancer. */
static void connections(const struct listener *listener)
{
	static struct wire_connection wires[CONNECTIONS];
	static int fds[CONNECTIONS];
	long failed = counter("alloc_failed"), made = counter("entry_alloc");
	long named = 0, unnamed = 0;
	struct sockaddr_storage address;
	int i;

	/* The entries, and not the sockets, which are made further down. */
	set(FAILSLAB "stacktrace-depth", "5");
	set(FAILSLAB "probability", "50");
	for (i = 0; i < CONNECTIONS; i++) {
		wire_connection(&wires[i], listener->ip6 ? LB_IP6 : LB_IP4,
				listener->port);
		fds[i] = wire_connect(&wires[i], 0, GOOD, "", 0) ?
			 accept_from(listener, &address, 5000) : -1;
		check(fds[i] >= 0, "connection %d: no accept", i);
	}
	set(FAILSLAB "probability", "0");

	for (i = 0; i < CONNECTIONS; i++) {
		const char *seen = fds[i] < 0 ? "" : peer_text(fds[i]);

		if (!strcmp(seen, listener->ip6 ? CLIENT_MAPPED : CLIENT))
			named++;
		else if (!strcmp(seen, balancer_text(&wires[i], listener->ip6)))
			unnamed++;
		else
			check(fds[i] < 0, "connection %d: %s", i, seen);
	}
	failed = counter("alloc_failed") - failed;
	made = counter("entry_alloc") - made;
	printf("%ld connections named, %ld not, %ld allocations failed\n",
	       named, unnamed, failed);
	check(failed > CONNECTIONS / 4 && named > CONNECTIONS / 4,
	      "%ld named, %ld failed", named, failed);
	check(made == named, "%ld entries, %ld named", made, named);
	check(failed == unnamed, "%ld failed, %ld not named", failed, unnamed);

	for (i = 0; i < CONNECTIONS; i++) {
		wire_reset(&wires[i]);
		if (fds[i] >= 0)
			close(fds[i]);
	}
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
}

int main(int argc, char **argv)
{
	struct listener ip4, dual;

	if (argc < 2) {
		fprintf(stderr, "usage: faults MODULE [PARAMETERS]\n");
		return 2;
	}
	path = argv[1];
	parameters = argc > 2 ? argv[2] : "";
	wire_open("toafaults");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = listener_open(AF_INET6, 0, "::");
	if (!module_load(path, parameters))
		die("load %s", path);
	aim(FAILSLAB);
	aim(FAIL_PAGE_ALLOC);
	set(FAIL_PAGE_ALLOC "min-order", "0");
	check(module_unload(), "unload: %s", strerror(errno));

	each("load", load_and_unload, 5);
	if (!module_load(path, parameters))
		die("load %s", path);
	each("profile", write_profile, 1);
	each("trusted", write_trusted, 1);
	set(PARAMETERS "trusted", "any");
	set(PARAMETERS "profile", "default");
	judge_calls(true, true);
	once("after", &ip4, LB_IP4, GOOD, "", &somebody);
	connections(&ip4);
	connections(&dual);
	once("at the end", &ip4, LB_IP4, GOOD, "", &somebody);
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	return judge_end();
}
