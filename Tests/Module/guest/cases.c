// SPDX-License-Identifier: GPL-2.0-only
/*
 * cases MODULE [PARAMETERS]
 *
 * What applications see: every option, in every shape of a handshake, of each
 * family, in two network namespaces, with and without the words that look
 * elsewhere. Each connection is asked everything, and all counters and the
 * table are looked at. The profile is changed while the module is loaded.
 */
#define _GNU_SOURCE
#include "shapes.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROFILE "/sys/module/toa/parameters/profile"
#define FULL ALL_OPTIONS " deferred late syn"

static struct listener listeners[2][LISTENINGS];
static int dropped;

/* Whom it comes from, and what kind of socket listens. */
static const struct scene {
	const char *name;
	const char *from;
	bool ip6;
} scenes[] = {
	{ "IPv4", LB_IP4, false },
	{ "dual stack", LB_IP4, true },
	{ "IPv6", LB_IP6, true },
};

#define SCENES (have_ip6() ? 3 : 1)

static void listen_all(void)
{
	int seconds = 5, queue = 16;
	int family, kind;

	/* Fast Open of servers, without cookies. */
	write_file("/proc/sys/net/ipv4/tcp_fastopen", "514");
	for (family = 0; family < (have_ip6() ? 2 : 1); family++) {
		for (kind = 0; kind < LISTENINGS; kind++)
			listeners[family][kind] = family ?
				listener_open(AF_INET6, 0, "::") :
				listener_open(AF_INET, 0, "0.0.0.0");
		if (setsockopt(listeners[family][DEFERRED].fd, IPPROTO_TCP,
			       TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)) ||
		    setsockopt(listeners[family][FAST_OPEN].fd, IPPROTO_TCP,
			       TCP_FASTOPEN, &queue, sizeof(queue)))
			die("options of the listeners");
	}
}

static bool may_be_dropped(enum verdict verdict)
{
	return verdict == MALFORMED_OR_DROPPED || verdict == PLAIN_OR_DROPPED;
}

static void expect_counters(const struct options *options, bool seen, bool ip6,
			    const char *also)
{
	bool ip6_client = seen && strchr(options->client.ip, ':');
	/* When the socket was made, nothing was known yet. */
	bool late = also && !strcmp(also, "late_option");
	char row[32];

	rises(seen && !late ? "syn_recv_sock_toa" : "syn_recv_sock_no_toa", 1);
	if (options->verdict == MALFORMED || options->verdict == MALFORMED_OR_DROPPED)
		rises("malformed", 1);
	if (also)
		rises(also, 1);
	if (!seen)
		return;
	rises("entry_alloc", 1);
	snprintf(row, sizeof(row), "option_%s", options->option);
	rises(row, 1);
	/* 1345 always, 4096 only for an IPv6 client of an IPv4 socket. */
	rises("getsockopt_ok", ip6_client && !ip6 ? 2 : 1);
}

/* accept() and getpeername() each ask for a name. */
static void expect_names(const struct options *options, bool seen, bool ip6)
{
	bool ip6_client = seen && strchr(options->client.ip, ':');

	rises(!seen ? "getname_toa_empty" :
	      ip6_client && !ip6 ? "getname_toa_bypass" : "getname_toa_ok", 2);
}

static void play(const struct shape *shape, const struct options *options,
		 const struct scene *scene, bool full)
{
	const struct listener *listener = &listeners[scene->ip6][shape->listening];
	bool seen = options->verdict == NAMES && (full ? shape->full : shape->plain);
	const struct client *client = seen ? &options->client : &nobody;
	struct sockaddr_storage address;
	struct wire_connection wire;
	char what[120], data[64] = "";
	int fd;

	snprintf(what, sizeof(what), "%s, %s, %s%s", options->name, shape->name,
		 scene->name, full ? ", all words" : "");
	counting();
	wire_connection(&wire, scene->from, listener->port);
	if (!shape->play(&wire, options)) {
		check(false, "%s: no SYN/ACK", what);
		return;
	}
	fd = accept_from(listener, &address,
			 may_be_dropped(options->verdict) ? 300 : 5000);
	if (fd < 0 && may_be_dropped(options->verdict)) {
		dropped++;
		counted(what);
		wire_reset(&wire);
		return;
	}
	if (fd < 0) {
		check(false, "%s: no accept", what);
		return;
	}
	same(what, address_text(&address), name_text(&wire, scene->ip6, client));
	judge_socket(what, fd, scene->ip6, &wire, client);
	judge_row(what, &wire, client, seen ? options->option : NULL);
	if (*shape->data)
		check(recv(fd, data, sizeof(data) - 1, MSG_DONTWAIT) ==
		      (ssize_t)strlen(shape->data) && !strcmp(data, shape->data),
		      "%s: read %s", what, data);
	expect_counters(options, seen, scene->ip6,
			full ? shape->full_counter : shape->plain_counter);
	expect_names(options, seen, scene->ip6);
	counted(what);
	/* Whom Fast Open hears nothing from but an RST, it remembers. */
	if (shape->listening == FAST_OPEN)
		wire_send(&wire, ACK, "", 0, "", 0);
	wire_reset(&wire);
	close(fd);
}

static void set_profile(const char *text)
{
	check(write_file(PROFILE, text), "profile %s: %s", text, strerror(errno));
	judge_calls(true, true);
}

/* With the options for which this shape says something. */
static void play_all(const struct shape *shape, bool full)
{
	size_t i, n;

	/* Before 4.6 only the first network namespace has this file. */
	if (!write_file("/proc/sys/net/ipv4/tcp_syncookies",
			shape->cookies ? "2" : "1") && shape->cookies)
		return;
	for (n = 0; n < (size_t)SCENES; n++)
		for (i = 0; i < good_options_count; i++)
			play(shape, &good_options[i], &scenes[n], full);
	write_file("/proc/sys/net/ipv4/tcp_syncookies", "1");
}

static void play_odd(const struct options *list, size_t count, bool full)
{
	size_t i, n;

	/* On a bare ACK; where more is looked for, on an ACK with data. */
	for (n = 0; n < (size_t)SCENES; n++)
		for (i = 0; i < count; i++)
			play(&shapes[full], &list[i], &scenes[n], full);
}

static void without_more_words(void)
{
	size_t i;

	set_profile(ALL_OPTIONS);
	for (i = 0; i < shapes_count; i++)
		play_all(&shapes[i], false);
	play_odd(odd_options, odd_options_count, false);
}

static void everything(const void *namespace)
{
	size_t i;

	if (namespace) {
		if (unshare(CLONE_NEWNET))
			die("unshare");
		wire_open("toainner");
	}
	listen_all();

	if (!namespace)
		without_more_words();

	set_profile(FULL);
	for (i = 0; i < shapes_count; i++)
		play_all(&shapes[i], true);
	play_odd(odd_options, odd_options_count, true);

	set_profile("254/8 200/8 254/20 250/8 4096 1345 last");
	play_odd(stacked_options, stacked_options_count, false);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: cases MODULE [PARAMETERS]\n");
		return 2;
	}
	wire_open("toacases");
	if (!module_load(argv[1], argc > 2 ? argv[2] : ""))
		die("load %s", argv[1]);
	everything(NULL);
	judge_child(everything, "another network namespace");
	printf("%d handshakes were thrown away by the kernel itself\n", dropped);
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	return judge_end();
}
