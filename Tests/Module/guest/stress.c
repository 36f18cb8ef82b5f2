// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress MODULE CYCLES SECONDS [PARAMETERS]
 *
 * Loads and unloads the module CYCLES times, or until SECONDS have passed,
 * while connections with and without an option are made as fast as they go,
 * the last HELD of them are kept, and threads call getpeername() all the time.
 * Every connection must come through, every answer must be the client or the
 * load balancer, and the module must have given back all entries. /proc/net/toa_table is read meanwhile, so slowly
 * that it is open while the module goes: each line must be whole, no
 * connection shown twice, and none that stays be missed. Network namespaces
 * and profiles come and go, too. Prints one line of JSON.
 */
#define _GNU_SOURCE
#include "table.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENT "1.2.3.4:12345"
#define KEPT 4
#define HELD 500

static const uint8_t option[] = { 254, 8, 12345 >> 8, 12345 & 255, 1, 2, 3, 4 };

static atomic_bool stopping, unloading;
static atomic_long connections, lost, calls, wrong, with_client;
static atomic_long tables, rows, cut, namespaces, profiles_set;
static int kept[KEPT];
static struct wire_connection kept_wires[KEPT];

static void check(const char *answer, const char *lb, bool may_be_client)
{
	if (may_be_client && !strcmp(answer, CLIENT))
		with_client++;
	else if (strcmp(answer, lb)) {
		wrong++;
		printf("wrong answer %s, not %s\n", answer, lb);
	}
}

static int accept_one(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	return poll(&ready, 1, 10000) == 1 ? accept(listener, NULL, NULL) : -1;
}

static void lb_text(char *text, const struct wire_connection *wire)
{
	sprintf(text, LB_IP4 ":%u", wire->remote_port);
}

struct held {
	struct wire_connection wire;
	int fd;
	bool with_option;
};

/* Some cycles may have passed since it was made. */
static void let_go(struct held *held)
{
	char lb[40];

	lb_text(lb, &held->wire);
	check(peer_text(held->fd), lb, held->with_option);
	wire_reset(&held->wire);
	close(held->fd);
}

/* The TUN device has one user: all connections from the LB are made here. */
static void *make_connections(void *unused)
{
	static struct held ring[HELD];
	struct wire_connection wire;
	uint16_t port;
	int listener = listen_on(AF_INET, 0, WIRE_IP4, &port);
	long held = 0, first = 0;
	char lb[40], byte;
	int fd, turn;

	for (turn = 0; !stopping; turn++) {
		bool with_option = turn % 2;

		if (held - first == HELD)
			let_go(&ring[first++ % HELD]);
		wire_connection(&wire, LB_IP4, port);
		lb_text(lb, &wire);
		if (!wire_connect(&wire, 0, option,
				  with_option ? sizeof(option) : 0, "x", 1) ||
		    (fd = accept_one(listener)) < 0) {
			lost++;
			continue;
		}
		check(peer_text(fd), lb, with_option);
		if (read(fd, &byte, 1) != 1 || byte != 'x')
			lost++;
		ring[held++ % HELD] = (struct held){ wire, fd, with_option };
		if (++connections % 16 == 0)
			usleep(1000);
	}
	while (first < held)
		let_go(&ring[first++ % HELD]);
	close(listener);
	return unused;
}

/* Ordinary traffic, which must not notice anything. */
static void *make_loopback(void *unused)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct sockaddr_storage name;
	struct linger abort_it = { 1, 0 };
	socklen_t size;
	uint16_t port;
	int listener = listen_on(AF_INET, 0, "127.0.0.1", &port);
	int fd, client;
	char own[80];

	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	address.sin_port = htons(port);
	while (!stopping) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(client, (struct sockaddr *)&address,
			    sizeof(address)) ||
		    (fd = accept_one(listener)) < 0) {
			lost++;
			close(client);
			continue;
		}
		size = sizeof(name);
		getsockname(client, (struct sockaddr *)&name, &size);
		snprintf(own, sizeof(own), "%s", address_text(&name));
		check(peer_text(fd), own, false);
		setsockopt(client, SOL_SOCKET, SO_LINGER, &abort_it,
			   sizeof(abort_it));
		close(client);
		close(fd);
		if (++connections % 4 == 0)
			usleep(1000);
	}
	close(listener);
	return unused;
}

static void *ask(void *argument)
{
	int i = (int)(long)argument;
	char lb[40];

	lb_text(lb, &kept_wires[i]);
	while (!stopping) {
		check(peer_text(kept[i]), lb, true);
		/* Sleeps at times: the kernel waits for that in each unload. */
		if (++calls % 32 == 0)
			usleep(1000);
	}
	return NULL;
}

static enum table_end see_table(struct table *table, size_t size)
{
	enum table_end end = table_read(table, size, CLIENT, "254/8");

	wrong += table->wrong + (end == TABLE_FAILED);
	rows += table->rows;
	tables += end == TABLE_WHOLE;
	cut += end == TABLE_CUT;
	return end;
}

static void *read_tables(void *unused)
{
	struct table table;
	int i, turn;

	for (turn = 0; !stopping; turn++) {
		bool all_there = !unloading;

		if (see_table(&table, turn % 2 ? 100 : 4000) == TABLE_NONE)
			usleep(1000);
		for (i = 0; all_there && !unloading && i < KEPT; i++) {
			if (table.seen[kept_wires[i].remote_port] == 1)
				continue;
			wrong++;
			printf("not in the table: connection %d\n", i);
		}
	}
	return unused;
}

/* Where nobody has an address. */
static void *make_namespaces(void *unused)
{
	struct table table;

	while (!stopping) {
		if (unshare(CLONE_NEWNET))
			die("unshare");
		see_table(&table, 4000);
		wrong += table.rows;
		namespaces++;
		usleep(20000);
	}
	return unused;
}

/* While it is loaded, goes and comes; the option of the connections is in each. */
static void *change_profiles(void *unused)
{
	static const char * const profiles[] = {
		"default", "254/8 4096", "nonsense", "default -1345",
	};
	unsigned int turn;

	for (turn = 0; !stopping; turn++) {
		/* Takes as long as unloading, which waits for it. */
		const char *text = turn % 40 == 39 ? "lvs deferred late" : profiles[turn % 4];

		if (write_file("/sys/module/toa/parameters/profile", text))
			profiles_set++;
		usleep(5000);
	}
	return unused;
}

static bool balanced(void)
{
	int i;

	for (i = 0; i < 50; i++) {
		if (counter("entry_alloc") > 0 &&
		    counter("entry_alloc") == counter("entry_free"))
			return true;
		usleep(100000);
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *parameters = argc > 4 ? argv[4] : "";
	struct rlimit files = { 8192, 8192 };
	pthread_t threads[KEPT + 5];
	time_t start, end;
	int cycles, done = 0, failed = 0, i, listener;
	bool entries_balanced;
	uint16_t port;
	long entries;

	if (argc < 4) {
		fprintf(stderr, "usage: stress MODULE CYCLES SECONDS [PARAMETERS]\n");
		return 2;
	}
	cycles = atoi(argv[2]);
	start = time(NULL);
	end = start + atoi(argv[3]);
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("open files");
	wire_open("toastress");

	if (!module_load(argv[1], parameters))
		die("load %s", argv[1]);
	listener = listen_on(AF_INET, 0, WIRE_IP4, &port);
	for (i = 0; i < KEPT; i++) {
		wire_connection(&kept_wires[i], LB_IP4, port);
		if (!wire_connect(&kept_wires[i], 0, option, sizeof(option),
				  "", 0) ||
		    (kept[i] = accept_one(listener)) < 0)
			die("first connection");
		if (strcmp(peer_text(kept[i]), CLIENT))
			die("no client address before the stress: %s",
			    peer_text(kept[i]));
	}

	pthread_create(&threads[0], NULL, make_connections, NULL);
	pthread_create(&threads[1], NULL, make_loopback, NULL);
	for (i = 0; i < KEPT; i++)
		pthread_create(&threads[2 + i], NULL, ask, (void *)(long)i);
	pthread_create(&threads[KEPT + 2], NULL, read_tables, NULL);
	pthread_create(&threads[KEPT + 3], NULL, make_namespaces, NULL);
	pthread_create(&threads[KEPT + 4], NULL, change_profiles, NULL);

	/* Without load in between, to see it work while loaded. */
	usleep(300000);
	unloading = true;
	while (done < cycles && time(NULL) < end) {
		if (!module_unload() || !module_load(argv[1], parameters)) {
			printf("cycle %d: %s\n", done, strerror(errno));
			failed++;
			break;
		}
		usleep(done % 4 * 10000);
		done++;
	}
	usleep(300000);

	stopping = true;
	for (i = 0; i < KEPT + 5; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < KEPT; i++) {
		wire_reset(&kept_wires[i]);
		close(kept[i]);
	}
	entries_balanced = balanced();
	entries = counter("entry_alloc");
	if (!module_unload())
		failed++;

	failed += lost || wrong || !with_client || !entries_balanced ||
		  !tables || !rows || !cut || !namespaces || !profiles_set ||
		  done < cycles;
	printf("{\"cycles\":%d,\"seconds\":%ld,\"connections\":%ld,\"lost\":%ld,\"getpeername\":%ld,"
	       "\"client\":%ld,\"wrong\":%ld,\"tables\":%ld,\"rows\":%ld,\"cut\":%ld,"
	       "\"namespaces\":%ld,\"profiles\":%ld,\"entries\":%ld,\"balanced\":%s,\"ok\":%s}\n",
	       done, (long)(time(NULL) - start), connections, lost, calls, with_client, wrong, tables,
	       rows, cut, namespaces, profiles_set, entries,
	       entries_balanced ? "true" : "false", failed ? "false" : "true");
	return failed != 0;
}
