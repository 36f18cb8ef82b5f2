// SPDX-License-Identifier: GPL-2.0-only
/*
 * unloads MODULE [PARAMETERS]
 *
 * The cases in which other modules of this kind crash the machine: unloading
 * with open connections, with kernel TLS, and in the middle of handshakes.
 */
#define _GNU_SOURCE
#include "odd.h"
#include "sleepers.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ELSEWHERE "default deferred late syn"

static const char *path, *parameters;
static struct listener ip4, dual;

/* With everything that may hold on to a socket, or to its functions. */
static void open_connections(void)
{
	static const struct {
		const char *what;
		bool dual, tls, map, queued;
		const char *from;
	} kinds[] = {
		{ "IPv4", false, false, false, false, LB_IP4 },
		{ "dual stack", true, false, false, false, LB_IP4 },
		{ "IPv6", true, false, false, false, LB_IP6 },
		{ "TLS", false, true, false, false, LB_IP4 },
		{ "TLS IPv6", true, true, false, false, LB_IP6 },
		{ "sockmap", false, false, true, false, LB_IP4 },
		{ "sockmap IPv6", true, false, true, false, LB_IP6 },
		{ "not accepted yet", false, false, false, true, LB_IP4 },
	};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	struct wire_connection wire[KINDS];
	struct sockaddr_storage address;
	int fd[KINDS], map[KINDS], i;

	judged_load(path, parameters);
	for (i = 0; i < KINDS; i++) {
		const struct listener *listener = kinds[i].dual ? &dual : &ip4;

		map[i] = -1;
		if (kinds[i].queued) {
			wire_connection(&wire[i], kinds[i].from, listener->port);
			wire_connect(&wire[i], 0, GOOD, "", 0);
			continue;
		}
		fd[i] = connection(kinds[i].what, listener, kinds[i].from, GOOD, "",
				   &somebody, &wire[i]);
		if (kinds[i].tls && !make_tls(fd[i]))
			printf("%s: %s\n", kinds[i].what, strerror(errno));
		if (kinds[i].map) {
			map[i] = put_into_sockmap(fd[i]);
			check(map[i] >= 0, "sockmap: %s", strerror(errno));
		}
		judge_socket(kinds[i].what, fd[i], kinds[i].dual, &wire[i], &somebody);
	}
	check(counter("entry_alloc") - counter("entry_free") == KINDS,
	      "%d sockets with an entry", KINDS);
	judged_unload();
	check(access("/proc/net/toa_stats", F_OK) && access("/proc/net/toa_table", F_OK),
	      "files are left in /proc/net");

	for (i = 0; i < KINDS; i++) {
		if (kinds[i].queued)
			fd[i] = accept_from(&ip4, &address, 5000);
		judge_socket(kinds[i].what, fd[i], kinds[i].dual, &wire[i], &nobody);
	}
	once("without module", &ip4, LB_IP4, GOOD, "", &nobody);
	judged_load(path, parameters);
	for (i = 0; i < KINDS; i++)
		judge_socket(kinds[i].what, fd[i], kinds[i].dual, &wire[i], &nobody);
	once("works again", &ip4, LB_IP4, GOOD, "", &somebody);
	for (i = 0; i < KINDS; i++) {
		wire_reset(&wire[i]);
		close(fd[i]);
		if (map[i] >= 0)
			close(map[i]);
	}
	check(balanced() && counter("entry_alloc") == 1, "entries after reload: %ld",
	      counter("entry_alloc"));
	judged_unload();
}

/* TLS copies the functions of a socket when it is first used, and keeps them. */
static void tls_before(void)
{
	struct wire_connection wire[3];
	int fd[3], i;

	fd[0] = connection("TLS before load", &ip4, LB_IP4, GOOD, "", &nobody, &wire[0]);
	if (!make_tls(fd[0]))
		printf("TLS: %s\n", strerror(errno));
	judged_load(path, parameters);
	judge_socket("TLS before load", fd[0], false, &wire[0], &nobody);
	fd[1] = connection("TLS after load", &ip4, LB_IP4, GOOD, "", &somebody, &wire[1]);
	make_tls(fd[1]);
	judge_socket("TLS after load", fd[1], false, &wire[1], &somebody);
	judged_unload();
	fd[2] = connection("TLS after unload", &ip4, LB_IP4, GOOD, "", &nobody, &wire[2]);
	make_tls(fd[2]);
	for (i = 0; i < 3; i++)
		judge_socket("TLS after unload", fd[i], false, &wire[i], &nobody);
	for (i = 0; i < 3; i++) {
		wire_reset(&wire[i]);
		close(fd[i]);
	}
}

/* Handshakes that are under way, and of which something is known already. */
static void half_open(void)
{
	struct listener deferred = listener_open(AF_INET, 0, "0.0.0.0");
	struct wire_connection on_syn, swallowed;
	struct sockaddr_storage address;
	int fd, seconds = 30, turn;

	setsockopt(deferred.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
	/* Finished when the module is gone; when it is there again. */
	for (turn = 0; turn < 2; turn++) {
		judged_load(path, parameters);
		check(write_file("/sys/module/toa/parameters/profile", ELSEWHERE),
		      "profile: %s", strerror(errno));
		wire_connection(&on_syn, LB_IP4, ip4.port);
		check(wire_syn_with(&on_syn, GOOD, "", 0), "SYN");
		wire_connection(&swallowed, LB_IP4, deferred.port);
		check(wire_connect(&swallowed, 0, GOOD, "", 0), "swallowed ACK");
		judged_unload();
		if (turn)
			judged_load(path, parameters);
		wire_send(&on_syn, ACK, "", 0, "", 0);
		wire_send(&swallowed, ACK, "", 0, "hello", 5);
		fd = accept_from(&ip4, &address, 5000);
		judge_socket("SYN before unload", fd, false, &on_syn, &nobody);
		close(fd);
		fd = accept_from(&deferred, &address, 5000);
		judge_socket("swallowed before unload", fd, false, &swallowed, &nobody);
		close(fd);
		wire_reset(&on_syn);
		wire_reset(&swallowed);
		if (turn)
			judged_unload();
	}
	close(deferred.fd);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: unloads MODULE [PARAMETERS]\n");
		return 2;
	}
	path = argv[1];
	parameters = argc > 2 ? argv[2] : "";
	wire_open("toaunloads");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = listener_open(AF_INET6, 0, "::");
	tls_before();
	open_connections();
	half_open();
	return judge_end();
}
