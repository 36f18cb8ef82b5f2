// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockets MODULE [PARAMETERS]
 *
 * What becomes of a socket with an address later in its life, and sockets that
 * have nothing to do with it. Each is asked all that can be asked.
 */
#define _GNU_SOURCE
#include "odd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const uint8_t ip6_option[] = {
	254, 20, PORT, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99,
};
static const struct client ip6_client = { "2001:db8::99", 12345 };

static struct listener ip4, dual;

/* Connects @fd, a socket that was connected before, to a port of loopback. */
static int reconnect(int fd, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_port = htons(port);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static void disconnect(int fd)
{
	struct sockaddr address = { .sa_family = AF_UNSPEC };

	check(!connect(fd, &address, sizeof(address)), "disconnect");
}

/* A socket that is not connected, or has no address. */
static void no_answers(const char *what, int fd, const char *peer, const char *call)
{
	char text[100];

	snprintf(text, sizeof(text), "%s: 4096", what);
	same(what, peer_text(fd), peer);
	same(text, ask(fd, 4096, 20), call);
	snprintf(text, sizeof(text), "%s: 1345", what);
	same(text, ask(fd, 1345, 20), call);
}

/* Every way in which the two calls say no. */
static void call_errors(void)
{
	static const int names[] = { 4096, 1345 };
	static const int others[] = { 4095, 4097, 1344, 1346 };
	struct wire_connection wire, wire6;
	int fd, fd6, value = 0;
	socklen_t size;
	char answer[64];
	size_t i;

	fd = connection("for errors", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	fd6 = connection("for errors", &ip4, LB_IP4, ip6_option,
			 sizeof(ip6_option), "", &ip6_client, &wire6);
	for (i = 0; i < 2; i++) {
		check(!strcmp(ask(fd6, names[i], 19), "EINVAL"), "%d, 19 bytes", names[i]);
		check(!strcmp(ask(fd6, names[i], 0), "EINVAL"), "%d, no bytes", names[i]);
		/* The length comes first. */
		check(!strcmp(ask(fd, names[i], 19), "EINVAL"), "%d, 19 bytes", names[i]);
		check(!strcmp(ask(ip4.fd, names[i], 19), "EINVAL"), "%d, 19 bytes", names[i]);
		check(strchr(ask(fd6, names[i], 64), '9'), "%d, 64 bytes: %s", names[i],
		      ask(fd6, names[i], 64));
		size = 20;
		check(getsockopt(fd6, IPPROTO_IP, names[i], NULL, &size) &&
		      errno == EFAULT, "%d, NULL", names[i]);
		check(getsockopt(fd6, IPPROTO_IP, names[i], answer, NULL) &&
		      errno == EFAULT, "%d, no length", names[i]);
		size = -1;
		check(getsockopt(fd6, IPPROTO_IP, names[i], answer, &size) &&
		      errno == EINVAL, "%d, negative length", names[i]);
		size = 20;
		check(getsockopt(fd6, IPPROTO_TCP, names[i], answer, &size) &&
		      errno == ENOPROTOOPT, "%d, level TCP", names[i]);
		check(getsockopt(fd6, IPPROTO_IPV6, names[i], answer, &size),
		      "%d, level IPv6", names[i]);
		check(getsockopt(fd6, SOL_SOCKET, names[i], answer, &size) &&
		      errno == ENOPROTOOPT, "%d, level SOCKET", names[i]);
		check(setsockopt(fd6, IPPROTO_IP, names[i], &value, sizeof(value)) &&
		      errno == ENOPROTOOPT, "setsockopt %d: %s", names[i], strerror(errno));
	}
	for (i = 0; i < 4; i++)
		check(!strcmp(ask(fd6, others[i], 20), "ENOPROTOOPT"), "getsockopt %d: %s",
		      others[i], ask(fd6, others[i], 20));
	no_answers("listener", ip4.fd, "ENOTCONN", "ENOTCONN");
	no_answers("listener", dual.fd, "ENOTCONN", "ENOTCONN");
	wire_reset(&wire);
	wire_reset(&wire6);
	usleep(20000);
	no_answers("after RST", fd6, "ENOTCONN", "ENOTCONN");
	close(fd);
	close(fd6);
}

/* What happens to a socket later in its life. */
static void later(void)
{
	struct listener again = { .fd = -1 };
	struct sockaddr_storage name;
	struct wire_connection wire;
	socklen_t size = sizeof(name);
	uint16_t port;
	int fd, other, peer;
	char text[80];

	fd = connection("for RST", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	wire_reset(&wire);
	usleep(20000);
	no_answers("after RST", fd, "ENOTCONN", "ENOTCONN");
	close(fd);

	fd = connection("for shutdown", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	shutdown(fd, SHUT_WR);
	judge_socket("after shutdown", fd, false, &wire, &somebody);
	judge_row("after shutdown", &wire, &somebody, "254/8");
	wire_reset(&wire);
	close(fd);

	fd = connection("to disconnect", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	disconnect(fd);
	no_answers("disconnected", fd, "ENOTCONN", "ENOTCONN");
	other = listen_on(AF_INET, 0, "127.0.0.1", &port);
	check(!reconnect(fd, port), "connect again");
	sprintf(text, "127.0.0.1:%u", port);
	no_answers("connected to another", fd, text, "EINVAL");
	peer = accept(other, NULL, NULL);
	close(peer);
	close(other);
	close(fd);

	/* A listener that has itself an entry, and its children. */
	fd = connection("to listen", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	disconnect(fd);
	check(!listen(fd, 8), "listen on it");
	getsockname(fd, (struct sockaddr *)&name, &size);
	again.fd = fd;
	again.port = ntohs(((struct sockaddr_in *)&name)->sin_port);
	no_answers("listener", fd, "ENOTCONN", "ENOTCONN");
	once("its child", &again, LB_IP4, OPTION(254, 8, PORT, 5, 6, 7, 8), "",
	     &(struct client){ "5.6.7.8", 12345 });
	once("its child, none", &again, LB_IP4, NONE, "", &nobody);
	close(fd);
}

/* TCP_REPAIR takes a connection away from its socket without a word. */
static void repaired(void)
{
	struct wire_connection wire;
	int fd, on = 1;

	fd = connection("for repair", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	check(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)),
	      "TCP_REPAIR: %s", strerror(errno));
	judge_socket("in repair", fd, false, &wire, &somebody);
	close(fd);
	check(balanced(), "the entry of a repaired socket");
}

/* Made an IPv4 socket by its application. */
static void address_form(void)
{
	struct wire_connection wire;
	int fd, family = AF_INET;

	fd = connection("for ADDRFORM", &dual, LB_IP4, GOOD, "", &somebody, &wire);
	check(!setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, sizeof(family)),
	      "IPV6_ADDRFORM: %s", strerror(errno));
	judge_socket("after ADDRFORM", fd, false, &wire, &somebody);
	judge_row("after ADDRFORM", &wire, &somebody, "254/8");
	wire_reset(&wire);
	close(fd);

	fd = connection("for ADDRFORM 6", &dual, LB_IP4, ip6_option,
			sizeof(ip6_option), "", &ip6_client, &wire);
	check(!setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, sizeof(family)),
	      "IPV6_ADDRFORM: %s", strerror(errno));
	judge_socket("NAT64 after ADDRFORM", fd, false, &wire, &ip6_client);
	wire_reset(&wire);
	close(fd);

	/* Its child in the table of the family that it has now. */
	fd = connection("for ADDRFORM and RST", &dual, LB_IP4, GOOD, "", &somebody, &wire);
	check(!setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, sizeof(family)),
	      "IPV6_ADDRFORM: %s", strerror(errno));
	wire_reset(&wire);
	usleep(20000);
	no_answers("ADDRFORM and RST", fd, "ENOTCONN", "ENOTCONN");
	close(fd);
	check(balanced(), "entries after ADDRFORM");
}

/* Sockets that have nothing to do with it. */
static void strangers(void)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	char text[80];
	int pair[2], fd, accepted;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	no_answers("fresh socket", fd, "ENOTCONN", "ENOTCONN");
	check(!reconnect(fd, dual.port), "connect");
	sprintf(text, "127.0.0.1:%u", dual.port);
	no_answers("outgoing", fd, text, "EINVAL");
	accepted = accept_from(&dual, &name, 5000);
	snprintf(text, sizeof(text), "%s", address_text(&name));
	no_answers("over loopback", accepted, text, "EINVAL");
	close(accepted);
	close(fd);

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	check(!reconnect(fd, 9), "connect UDP");
	same("UDP", peer_text(fd), "127.0.0.1:9");
	no_answers("UDP", fd, "127.0.0.1:9", "ENOPROTOOPT");
	close(fd);

	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	no_answers("raw socket", fd, "ENOTCONN", "ENOPROTOOPT");
	close(fd);

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	check(!getpeername(pair[0], (struct sockaddr *)&name, &size), "unix");
	check(!strcmp(ask(pair[0], 4096, 20), "EOPNOTSUPP"), "unix: 4096: %s",
	      ask(pair[0], 4096, 20));
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: sockets MODULE [PARAMETERS]\n");
		return 2;
	}
	wire_open("toasockets");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = listener_open(AF_INET6, 0, "::");
	if (!module_load(argv[1], argc > 2 ? argv[2] : ""))
		die("load %s", argv[1]);
	judge_calls(true, true);
	call_errors();
	later();
	repaired();
	address_form();
	strangers();
	odd_sockets(&ip4, &dual);
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	return judge_end();
}
