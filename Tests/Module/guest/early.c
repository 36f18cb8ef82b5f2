// SPDX-License-Identifier: GPL-2.0-only
/*
 * early
 *
 * A server and its load balancer in one: accepts a connection whose option
 * names a client, and prints whom accept() and getpeername() name. Ends with 0
 * if both name the client. Started as the first service of a boot, it tells
 * whether TOA was there before.
 */
#include "wire.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CLIENT "1.2.3.4:12345"

int main(void)
{
	static const uint8_t option[] = { 254, 8, 12345 >> 8, 12345 & 255, 1, 2, 3, 4 };
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	struct wire_connection wire;
	struct pollfd ready = { .events = POLLIN };
	const char *accepted, *named;
	uint16_t port;
	int fd;

	wire_open("toaearly");
	ready.fd = listen_on(AF_INET, 0, WIRE_IP4, &port);
	wire_connection(&wire, LB_IP4, port);
	if (!wire_connect(&wire, 0, option, sizeof(option), "", 0))
		die("connect");
	if (poll(&ready, 1, 10000) != 1)
		die("no connection");
	fd = accept(ready.fd, (struct sockaddr *)&address, &size);
	if (fd < 0)
		die("accept");
	accepted = address_text(&address);
	named = peer_text(fd);
	printf("accept %s getpeername %s\n", accepted, named);
	wire_reset(&wire);
	return strcmp(accepted, CLIENT) || strcmp(named, CLIENT);
}
