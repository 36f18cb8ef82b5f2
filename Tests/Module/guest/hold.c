// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold [-n] [-c COUNT] FILE COMMAND [ARGUMENT...]
 *
 * Opens connections from a load balancer, with -n in a network namespace of
 * its own, runs the command while they are open, and closes them. FILE gets
 * what each must be known as: "client balancer local option". The exit status
 * is the command's. COUNT is how many there are besides those of every shape.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTION_SIZE 8

struct shape {
	/* 0: no option. */
	uint8_t kind;
	const char *from;
	const char *local;
	bool dual;
};

static const struct shape shapes[] = {
	{ 254, LB_IP4, WIRE_IP4, false },
	{ 200, LB_IP4, WIRE_IP4, false },
	{ 0, LB_IP4, WIRE_IP4, false },
	{ 254, LB_IP4, WIRE_IP4, true },
	{ 254, LB_IP6, "[" WIRE_IP6 "]", true },
	{ 200, LB_IP6, "[" WIRE_IP6 "]", true },
	{ 0, LB_IP6, "[" WIRE_IP6 "]", true },
	/* Has an option, and is not believed. */
	{ 254, LB_IP4_UNTRUSTED, WIRE_IP4_UNTRUSTED, false },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

struct held {
	struct wire_connection wire;
	int fd;
};

static int listeners[2];
static uint16_t ports[2];

static int accept_one(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	return poll(&ready, 1, 10000) == 1 ?
	       accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
}

static void hold(struct held *held, const struct shape *shape, unsigned int n,
		 FILE *expected)
{
	uint16_t client_port = 1024 + n % 60000;
	const uint8_t option[OPTION_SIZE] = {
		shape->kind, OPTION_SIZE, client_port >> 8, client_port & 255,
		198, 18 + (n >> 16), n >> 8, n,
	};
	bool known = shape->kind && strcmp(shape->from, LB_IP4_UNTRUSTED);

	wire_connection(&held->wire, shape->from, ports[shape->dual]);
	if (!wire_connect(&held->wire, 0, option,
			  shape->kind ? sizeof(option) : 0, "", 0))
		die("connection %u", n);
	held->fd = accept_one(listeners[shape->dual]);
	if (held->fd < 0)
		die("accept %u", n);
	if (!known)
		return;
	fprintf(expected, "198.%u.%u.%u:%u ", 18 + (n >> 16), n >> 8 & 255,
		n & 255, client_port);
	fprintf(expected, held->wire.ip6 ? "[%s]:%u " : "%s:%u ", shape->from,
		held->wire.remote_port);
	fprintf(expected, "%s:%u %u/%u\n", shape->local, ports[shape->dual],
		shape->kind, OPTION_SIZE);
}

static int run(char **command)
{
	int status;
	pid_t child = fork();

	if (!child) {
		execvp(command[0], command);
		die("%s", command[0]);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("run %s", command[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	struct rlimit files = { 1 << 20, 1 << 20 };
	unsigned int count = SHAPES, i;
	bool own_netns = false;
	struct held *held;
	FILE *expected;
	int c, status;

	while ((c = getopt(argc, argv, "+nc:")) != -1) {
		if (c == 'n')
			own_netns = true;
		else if (c == 'c')
			count = SHAPES + atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: hold [-n] [-c COUNT] FILE COMMAND...\n");
		return 2;
	}
	if (own_netns && unshare(CLONE_NEWNET))
		die("unshare");
	if (count > 500 && setrlimit(RLIMIT_NOFILE, &files))
		die("open files");
	wire_open("toahold");
	listeners[0] = listen_on(AF_INET, 0, "0.0.0.0", &ports[0]);
	listeners[1] = listen_on(AF_INET6, 0, "::", &ports[1]);
	expected = fopen(argv[optind], "we");
	held = calloc(count, sizeof(*held));
	if (!expected || !held)
		die("%s", argv[optind]);

	for (i = 0; i < count; i++)
		hold(&held[i], &shapes[i < SHAPES ? i : 0], i, expected);
	if (fclose(expected))
		die("%s", argv[optind]);

	status = run(argv + optind + 1);
	for (i = 0; i < count; i++) {
		wire_reset(&held[i].wire);
		close(held[i].fd);
	}
	return status;
}
