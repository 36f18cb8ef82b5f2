// SPDX-License-Identifier: GPL-2.0-only
/*
 * serve [-o] [-k KIND] [-f ADDRESS] COMMAND [ARGUMENT...]
 *
 * A server, and a load balancer at ADDRESS whose option is of this KIND (254),
 * or who sends none (0). While the command runs, which finds the server's port
 * in the variable PORT, a connection with data is opened every tenth of a
 * second; the server asks for the peer of each. With -o only a few are opened,
 * before the command, and stay. The exit status is the command's.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD 3

static uint8_t option[] = { 254, 8, 5555 >> 8, 5555 & 255, 198, 18, 0, 7 };

static int open_one(struct wire_connection *wire, const char *from,
		    int listener, uint16_t port)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	int fd = -1;

	wire_connection(wire, from, port);
	if (!wire_connect(wire, 0, option, option[0] ? sizeof(option) : 0,
			  "x", 1))
		return -1;
	if (poll(&ready, 1, 10000) == 1)
		fd = accept4(listener, (struct sockaddr *)&peer, &size,
			     SOCK_CLOEXEC);
	if (fd >= 0 && getpeername(fd, (struct sockaddr *)&peer, &size))
		die("getpeername");
	return fd;
}

static pid_t start(char **command, uint16_t port)
{
	char text[8];
	pid_t child;

	snprintf(text, sizeof(text), "%u", port);
	if (setenv("PORT", text, 1))
		die("setenv");
	child = fork();
	if (!child) {
		execvp(command[0], command);
		die("%s", command[0]);
	}
	if (child < 0)
		die("fork");
	return child;
}

int main(int argc, char **argv)
{
	struct wire_connection wires[OLD];
	const char *from = LB_IP4;
	int c, i, fd, listener, status;
	bool old = false;
	uint16_t port;
	pid_t child;

	while ((c = getopt(argc, argv, "+ok:f:")) != -1) {
		if (c == 'o')
			old = true;
		else if (c == 'k')
			option[0] = atoi(optarg);
		else if (c == 'f')
			from = optarg;
		else
			return 2;
	}
	if (optind == argc) {
		fprintf(stderr, "usage: serve [-o] [-k KIND] [-f ADDRESS] COMMAND...\n");
		return 2;
	}
	wire_open("toaserve");
	listener = listen_on(AF_INET, 0, "0.0.0.0", &port);
	for (i = 0; old && i < OLD; i++)
		if (open_one(&wires[i], from, listener, port) < 0)
			die("connection %d", i);

	child = start(argv + optind, port);
	while (!waitpid(child, &status, WNOHANG)) {
		usleep(100000);
		if (old)
			continue;
		fd = open_one(&wires[0], from, listener, port);
		if (fd < 0)
			die("connection");
		wire_reset(&wires[0]);
		close(fd);
	}
	for (i = 0; old && i < OLD; i++)
		wire_reset(&wires[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
