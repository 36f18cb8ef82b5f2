// SPDX-License-Identifier: GPL-2.0-only
/*
 * fire profiles MODULE COUNT      the profile changes that often
 * fire processors MODULE COUNT    a processor goes and comes that often
 * fire namespaces MODULE COUNT    that many network namespaces come and go
 *
 * All of them while connections are made and asked.
 */
#define _GNU_SOURCE
#include "fire.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROFILE "/sys/module/toa/parameters/profile"
#define PROCESSOR "/sys/devices/system/cpu/cpu1/online"

static atomic_bool stopping;
static atomic_long made, named, asked;

static bool one_of(const char *seen, const char *const *allowed)
{
	while (*allowed)
		if (!strcmp(seen, *allowed++))
			return true;
	return false;
}

/* The TUN device has one user. The profile may be any at the moment. */
static void *make_connections(void *unused)
{
	struct listener dual = listener_open(AF_INET6, 0, "::");
	struct sockaddr_storage address;
	struct wire_connection wire;
	int fd;

	while (!stopping) {
		const char *allowed[] = { CLIENT_MAPPED, NULL, NULL };

		wire_connection(&wire, LB_IP4, dual.port);
		if (!wire_connect(&wire, 0, GOOD, "", 0) ||
		    (fd = accept_from(&dual, &address, 5000)) < 0) {
			check(false, "a connection was lost");
			continue;
		}
		made++;
		allowed[1] = balancer_text(&wire, true);
		check(one_of(address_text(&address), allowed), "accept: %s", address_text(&address));
		named += !strcmp(address_text(&address), CLIENT_MAPPED);
		/* What accept() has said stays true. */
		allowed[0] = address_text(&address);
		allowed[1] = NULL;
		check(one_of(peer_text(fd), allowed), "getpeername: %s, accept: %s",
		      peer_text(fd), allowed[0]);
		wire_reset(&wire);
		close(fd);
	}
	close(dual.fd);
	return unused;
}

/* A connection that stays, and was made with an address. */
static void *ask_again(void *argument)
{
	static const char *const names[] = { CLIENT, NULL };
	static const char *const answers[] = { "2 " CLIENT, "ENOPROTOOPT", NULL };
	static const char *const errors[] = { "EFAULT", "ENOPROTOOPT", NULL };
	char text[32768];
	int fd = *(int *)argument;

	while (!stopping) {
		check(one_of(peer_text(fd), names), "the connection that stays: %s", peer_text(fd));
		check(one_of(ask(fd, 1345, 20), answers), "1345: %s", ask(fd, 1345, 20));
		check(one_of(ask(fd, 4096, 20), errors), "4096: %s", ask(fd, 4096, 20));
		if (++asked % 64 == 0) {
			check(read_file("/proc/1/net/toa_stats", text, sizeof(text)), "statistics");
			usleep(1000);
		}
	}
	return NULL;
}

struct traffic {
	struct listener listener;
	struct wire_connection kept;
	pthread_t threads[2];
	int fd;
};

static void traffic_start(struct traffic *traffic, const char *path, const char *parameters)
{
	if (!module_load(path, parameters))
		die("load %s", path);
	judge_calls(true, true);
	traffic->listener = listener_open(AF_INET, 0, "0.0.0.0");
	traffic->fd = connection("to stay", &traffic->listener, LB_IP4, GOOD, "", &somebody,
				 &traffic->kept);
	pthread_create(&traffic->threads[0], NULL, make_connections, NULL);
	pthread_create(&traffic->threads[1], NULL, ask_again, &traffic->fd);
}

static int traffic_stop(struct traffic *traffic)
{
	int i;

	stopping = true;
	for (i = 0; i < 2; i++)
		pthread_join(traffic->threads[i], NULL);
	judge_socket("that stayed", traffic->fd, false, &traffic->kept, &somebody);
	judge_row("that stayed", &traffic->kept, &somebody, "254/8");
	once("afterwards", &traffic->listener, LB_IP4, GOOD, "", &somebody);
	wire_reset(&traffic->kept);
	close(traffic->fd);
	close(traffic->listener.fd);
	check(balanced(), "entry_alloc %ld, entry_free %ld", counter("entry_alloc"),
	      counter("entry_free"));
	/* The one that stayed and the one afterwards. */
	check(counter("syn_recv_sock_toa") + counter("syn_recv_sock_no_toa") >= made + 2,
	      "%ld connections are not all counted", (long)made);
	check(made && named && asked, "%ld connections, %ld with client, %ld questions",
	      (long)made, (long)named, (long)asked);
	check(module_unload(), "unload: %s", strerror(errno));
	printf("{\"made\":%ld,\"with client\":%ld,\"asked\":%ld}\n", (long)made, (long)named,
	       (long)asked);
	return judge_end();
}

int fire_profiles(const char *path, long count, const char *parameters)
{
	static const char *const profiles[2][4] = {
		{ "default", "tencent-gaap", "nonsense", "254/8 254/20 last 1345" },
		{ "lvs deferred late", "77/8:ip4@4+port@2 4096 syn",
		  "default deferred late syn last", "huawei-elb -4096 late" },
	};
	struct traffic traffic;
	long i;

	traffic_start(&traffic, path, parameters);
	for (i = 0; i < count; i++) {
		/* Looking elsewhere is another hook, which comes and goes slowly. */
		const char *text = profiles[i / 50 % 2][i % 4];
		bool good = strcmp(text, "nonsense");

		check(write_file(PROFILE, text) == good, "profile %s: %s", text, strerror(errno));
	}
	check(write_file(PROFILE, "default"), "default: %s", strerror(errno));
	return traffic_stop(&traffic);
}

int fire_processors(const char *path, long count, const char *parameters)
{
	struct traffic traffic;
	long i;

	/* It has never been seen by the module, and is there when it goes. */
	check(write_file(PROCESSOR, "0"), "processor 1 off: %s", strerror(errno));
	traffic_start(&traffic, path, parameters);
	for (i = 0; i < count; i++) {
		check(write_file(PROCESSOR, "1"), "processor 1 on: %s", strerror(errno));
		usleep(20000);
		check(write_file(PROCESSOR, "0"), "processor 1 off: %s", strerror(errno));
		usleep(20000);
	}
	check(write_file(PROCESSOR, "1"), "processor 1 on: %s", strerror(errno));
	return traffic_stop(&traffic);
}

/* A namespace that ends with all that is open in it. */
static void inner(void)
{
	struct linger abort_it = { 1, 0 };
	struct listener ip4, dual;
	struct wire_connection wire;
	int i, fd;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	wire_open("toafire");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = listener_open(AF_INET6, 0, "::");
	for (i = 0; i < 12; i++) {
		fd = connection("inner", i % 2 ? &ip4 : &dual, LB_IP4, GOOD, "", &somebody, &wire);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
		judge_row("inner", &wire, &somebody, "254/8");
	}
	/* And one that nobody accepts. */
	wire_connection(&wire, LB_IP4, ip4.port);
	wire_connect(&wire, 0, GOOD, "", 0);
}

static void inner_child(const void *unused)
{
	(void)unused;
	inner();
}

int fire_namespaces(const char *path, long count, const char *parameters)
{
	struct traffic traffic;
	char text[65536];
	long i;

	traffic_start(&traffic, path, parameters);
	for (i = 0; i < count; i++) {
		judge_child(inner_child, NULL);
		check(read_file("/proc/net/toa_table", text, sizeof(text)), "table");
	}
	return traffic_stop(&traffic);
}
