// SPDX-License-Identifier: GPL-2.0-only
/*
 * elsewhere MODULE [PARAMETERS]
 *
 * With the words deferred, late and syn: what is remembered of one segment and
 * must not be given to anything but its own connection.
 */
#define _GNU_SOURCE
#include "judge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROFILE "/sys/module/toa/parameters/profile"
#define TRUSTED "/sys/module/toa/parameters/trusted"
#define OTHER OPTION(254, 8, PORT, 5, 6, 7, 8)

static struct listener ip4, deferred;

static void send_data(struct wire_connection *wire, const uint8_t *options, size_t size,
		      const char *data)
{
	wire_send(wire, ACK, options, size, data, strlen(data));
}

static void judge_next(const char *what, const struct listener *listener,
		       struct wire_connection *wire, const struct client *client)
{
	struct sockaddr_storage address;
	int fd = accept_from(listener, &address, 5000);

	if (fd < 0) {
		check(false, "%s: no accept", what);
		return;
	}
	same(what, address_text(&address), name_text(wire, false, client));
	judge_socket(what, fd, false, wire, client);
	judge_row(what, wire, client, client->ip ? "254/8" : NULL);
	wire_reset(wire);
	close(fd);
}

/* The application has the socket already. */
static void after_accept(void)
{
	struct wire_connection wire;
	int fd;

	fd = connection("before the option", &ip4, LB_IP4, NONE, "hello", &nobody, &wire);
	judge_row("before the option", &wire, &nobody, NULL);
	counting();
	send_data(&wire, GOOD, "x");
	check(risen("late_option") == 1, "late_option rose by %ld", risen("late_option"));
	judge_socket("the option came", fd, false, &wire, &somebody);
	judge_row("the option came", &wire, &somebody, "254/8");
	/* It was the first one that counts. */
	send_data(&wire, OTHER, "y");
	check(risen("late_option") == 1, "another late_option");
	judge_socket("another option", fd, false, &wire, &somebody);
	wire_reset(&wire);
	close(fd);

	/* One with an address from its handshake keeps that. */
	fd = connection("with the option", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	send_data(&wire, OTHER, "z");
	judge_socket("another option later", fd, false, &wire, &somebody);
	wire_reset(&wire);
	close(fd);
}

/* A balancer writes it until the server answers; an application may, any time. */
static void far_behind(void)
{
	struct wire_connection wire;
	char data[1024], buffer[4096];
	int fd, i;

	memset(data, 'x', sizeof(data));
	fd = connection("far behind", &ip4, LB_IP4, NONE, "", &nobody, &wire);
	for (i = 0; i < 72; i++) {
		wire_send(&wire, ACK, "", 0, data, sizeof(data));
		while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
			;
	}
	send_data(&wire, GOOD, "y");
	judge_socket("far behind", fd, false, &wire, &nobody);
	wire_reset(&wire);
	close(fd);
}

/* The same two ends, another handshake. */
static void stale(void)
{
	struct wire_connection wire, old;

	wire_connection(&old, LB_IP4, ip4.port);
	wire = old;
	check(wire_syn_with(&wire, GOOD, "", 0), "SYN");
	wire_reset(&wire);
	wire = old;
	wire.sequence += 100000;
	check(wire_connect(&wire, 0, NONE, "", 0), "second SYN");
	judge_next("SYN of another handshake", &ip4, &wire, &nobody);

	wire_connection(&old, LB_IP4, deferred.port);
	wire = old;
	check(wire_connect(&wire, 0, GOOD, "", 0), "swallowed ACK");
	wire_reset(&wire);
	wire = old;
	wire.sequence += 100000;
	check(wire_syn(&wire), "second SYN");
	send_data(&wire, NONE, "hello");
	judge_next("ACK of another handshake", &deferred, &wire, &nobody);
	/* Even if it begins with the same number: ours is another one. */
	wire_connection(&old, LB_IP4, deferred.port);
	wire = old;
	check(wire_connect(&wire, 0, GOOD, "", 0), "swallowed ACK");
	wire_reset(&wire);
	wire = old;
	usleep(1000);
	check(wire_syn(&wire), "the same SYN again");
	send_data(&wire, NONE, "hello");
	judge_next("ACK of a handshake that began alike", &deferred, &wire, &nobody);

	/* A SYN that is sent again, with another client: the one that is answered. */
	wire_connection(&wire, LB_IP4, ip4.port);
	old = wire;
	check(wire_syn_with(&wire, OTHER, "", 0), "SYN");
	wire = old;
	check(wire_syn_with(&wire, GOOD, "", 0), "the same SYN again");
	send_data(&wire, NONE, "");
	judge_next("SYN sent twice", &ip4, &wire, &somebody);
}

static void from_strangers(void)
{
	struct wire_connection wire;
	char before[8192];
	long lost = counter("deferred_lost");

	wire_connection(&wire, LB_IP4_UNTRUSTED, ip4.port);
	check(wire_syn_with(&wire, GOOD, "", 0), "SYN");
	send_data(&wire, NONE, "");
	judge_next("untrusted SYN", &ip4, &wire, &nobody);

	wire_connection(&wire, LB_IP4_UNTRUSTED, deferred.port);
	check(wire_connect(&wire, 0, GOOD, "", 0), "swallowed ACK");
	send_data(&wire, NONE, "hello");
	judge_next("untrusted swallowed ACK", &deferred, &wire, &nobody);
	check(counter("deferred_lost") == lost, "deferred_lost counts untrusted peers");

	wire_connection(&wire, LB_IP4_UNTRUSTED, ip4.port);
	check(wire_connect(&wire, 0, NONE, "x", 1), "connect");
	send_data(&wire, GOOD, "y");
	judge_next("untrusted late option", &ip4, &wire, &nobody);

	/* Trusted, but not any more. */
	wire_connection(&wire, LB_IP4, ip4.port);
	check(wire_syn_with(&wire, GOOD, "", 0), "SYN");
	read_file(TRUSTED, before, sizeof(before));
	check(write_file(TRUSTED, "none"), "trusted: %s", strerror(errno));
	send_data(&wire, NONE, "");
	judge_next("no longer trusted", &ip4, &wire, &nobody);
	check(write_file(TRUSTED, before), "trusted: %s", strerror(errno));
}

/* Our own connection to somebody who is trusted and sends options. */
static void outgoing(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(80) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct wire_connection wire;
	char data[8];

	inet_pton(AF_INET, LB_IP4, &address.sin_addr);
	connect(fd, (struct sockaddr *)&address, sizeof(address));
	check(wire_answer(&wire, GOOD), "no SYN came");
	wire.sequence = 5000001;
	send_data(&wire, GOOD, "x");
	usleep(50000);
	check(recv(fd, data, sizeof(data), 0) == 1, "outgoing: no data");
	same("outgoing", peer_text(fd), LB_IP4 ":80");
	same("outgoing: 1345", ask(fd, 1345, 20), "EINVAL");
	judge_row("outgoing", &wire, &nobody, NULL);
	wire_reset(&wire);
	close(fd);
}

/* More handshakes under way than can be remembered: some clients are lost, none is mixed up. */
static void many(void)
{
	enum { SYNS = 1000 };
	static struct wire_connection wire[SYNS];
	struct sockaddr_storage address;
	long named = 0;
	char client[40];
	int fd, i;

	listen(ip4.fd, 4096);
	for (i = 0; i < SYNS; i++) {
		const uint8_t option[] = { 254, 8, PORT, 7, 7, i >> 8, i };

		wire_connection(&wire[i], LB_IP4, ip4.port);
		check(wire_syn_with(&wire[i], option, sizeof(option), "", 0), "SYN %d", i);
	}
	for (i = SYNS - 1; i >= 0; i--) {
		send_data(&wire[i], NONE, "");
		fd = accept_from(&ip4, &address, 5000);
		snprintf(client, sizeof(client), "7.7.%d.%d:12345", i >> 8, i & 255);
		if (strcmp(peer_text(fd), client))
			same("one of many", peer_text(fd), balancer_text(&wire[i], false));
		else
			named++;
		wire_reset(&wire[i]);
		close(fd);
	}
	check(named > SYNS * 9 / 10, "%ld of %d handshakes kept their client", named, SYNS);
}

int main(int argc, char **argv)
{
	int seconds = 5;

	if (argc < 2) {
		fprintf(stderr, "usage: elsewhere MODULE [PARAMETERS]\n");
		return 2;
	}
	wire_open("toaelsewhere");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	deferred = listener_open(AF_INET, 0, "0.0.0.0");
	setsockopt(deferred.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
	if (!module_load(argv[1], argc > 2 ? argv[2] : ""))
		die("load %s", argv[1]);
	check(write_file(PROFILE, "default deferred late syn"), "profile: %s", strerror(errno));
	judge_calls(true, true);
	after_accept();
	far_behind();
	stale();
	from_strangers();
	outgoing();
	many();
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	return judge_end();
}
