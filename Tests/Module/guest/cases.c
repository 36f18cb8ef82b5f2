// SPDX-License-Identifier: GPL-2.0-only
/*
 * cases MODULE [PARAMETERS]
 *
 * Loads the module and checks what applications see, packet by packet.
 * Prints a line for each failure and one of JSON at the end.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#define TCP_ULP_OPTION 31

#define CLIENT "1.2.3.4:12345"
#define CLIENT_MAPPED "[::ffff:1.2.3.4]:12345"
#define LB NULL
#define PORT 0x30, 0x39
#define OPTION(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define GOOD OPTION(254, 8, PORT, 1, 2, 3, 4)
#define TRUSTED "/sys/module/toa/parameters/trusted"

static int passed, failed;

static void check(bool good, const char *format, ...)
{
	va_list list;

	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAILED: ");
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
}

static void same(const char *what, const char *seen, const char *wanted)
{
	check(!strcmp(seen, wanted), "%s: %s, not %s", what, seen, wanted);
}

struct listener {
	int fd;
	uint16_t port;
	bool ip6;
};

static struct listener ip4, dual, mptcp;

static int accept_from(const struct listener *listener,
		       struct sockaddr_storage *address)
{
	struct pollfd ready = { .fd = listener->fd, .events = POLLIN };
	socklen_t size = sizeof(*address);

	memset(address, 0, sizeof(*address));
	return poll(&ready, 1, 5000) == 1 ?
	       accept(listener->fd, (struct sockaddr *)address, &size) : -1;
}

static const char *lb_address(const struct wire_connection *wire, bool ip6)
{
	static char text[80];
	char ip[64];

	inet_ntop(wire->ip6 ? AF_INET6 : AF_INET, wire->remote, ip, sizeof(ip));
	if (!ip6)
		snprintf(text, sizeof(text), "%s:%u", ip, wire->remote_port);
	else
		snprintf(text, sizeof(text), "[%s%s]:%u",
			 wire->ip6 ? "" : "::ffff:", ip, wire->remote_port);
	return text;
}

/* An accepted connection; checks everything that can be asked about it. */
static int connection(const char *what, const struct listener *listener,
		      const char *from, int flags, const uint8_t *options,
		      size_t options_size, const char *data,
		      const char *wanted, struct wire_connection *wire)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char own[80], ip[64];
	int fd;

	wire_connection(wire, from, listener->port);
	if (!wire_connect(wire, flags, options, options_size, data,
			  strlen(data))) {
		check(false, "%s: no SYN/ACK", what);
		return -1;
	}
	fd = accept_from(listener, &address);
	if (fd < 0) {
		check(false, "%s: no accept", what);
		return -1;
	}
	if (!wanted)
		wanted = lb_address(wire, listener->ip6);
	same(what, address_text(&address), wanted);
	same(what, peer_text(fd), wanted);

	memset(&address, 0, sizeof(address));
	getsockname(fd, (struct sockaddr *)&address, &size);
	inet_ntop(wire->ip6 ? AF_INET6 : AF_INET, wire->local, ip, sizeof(ip));
	snprintf(own, sizeof(own), listener->ip6 ? "[%s%s]:%u" : "%s%s:%u",
		 listener->ip6 && !wire->ip6 ? "::ffff:" : "", ip,
		 listener->port);
	same("own address", address_text(&address), own);

	if (*data) {
		char byte = 0;

		check(read(fd, &byte, 1) == 1 && byte == *data, "%s: data", what);
	}
	return fd;
}

static void once(const char *what, const struct listener *listener,
		 const char *from, int flags, const uint8_t *options,
		 size_t options_size, const char *data, const char *wanted)
{
	struct wire_connection wire;
	int fd = connection(what, listener, from, flags, options, options_size,
			    data, wanted, &wire);

	if (fd < 0)
		return;
	wire_reset(&wire);
	close(fd);
}

static void counted_at(const struct listener *listener, const char *name,
		       long more, const char *what, const uint8_t *options,
		       size_t options_size, const char *wanted)
{
	long before = counter(name);

	once(what, listener, LB_IP4, 0, options, options_size, "", wanted);
	check(counter(name) == before + more, "%s: %s rose by %ld, not %ld",
	      what, name, counter(name) - before, more);
}

static void counted(const char *name, long more, const char *what,
		    const uint8_t *options, size_t options_size,
		    const char *wanted)
{
	counted_at(&ip4, name, more, what, options, options_size, wanted);
}

static void shapes(void)
{
	once("bare ACK", &ip4, LB_IP4, 0, GOOD, "", CLIENT);
	once("kind 200", &ip4, LB_IP4, 0, OPTION(200, 8, PORT, 1, 2, 3, 4), "", CLIENT);
	once("ACK and data", &ip4, LB_IP4, 0, GOOD, "hello", CLIENT);
	once("FIN and data", &ip4, LB_IP4, FIN, GOOD, "hello", CLIENT);
	once("FIN", &ip4, LB_IP4, FIN, GOOD, "", CLIENT);
	once("no option", &ip4, LB_IP4, 0, OPTION(1), "", LB);
	once("two options", &ip4, LB_IP4, 0,
	     OPTION(254, 8, PORT, 1, 2, 3, 4, 254, 8, PORT, 5, 6, 7, 8), "", CLIENT);
	once("after NOPs", &ip4, LB_IP4, 0, OPTION(1, 1, 254, 8, PORT, 1, 2, 3, 4), "", CLIENT);
	once("odd offset", &ip4, LB_IP4, 0, OPTION(1, 254, 8, PORT, 1, 2, 3, 4), "", CLIENT);
	once("after timestamps", &ip4, LB_IP4, 0,
	     OPTION(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 254, 8, PORT, 1, 2, 3, 4), "", CLIENT);
	once("whole option space", &ip4, LB_IP4, 0,
	     OPTION(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		    1, 1, 1, 1, 1, 1, 1, 1, 254, 8, PORT, 1, 2, 3, 4), "", CLIENT);
	counted("malformed", 0, "after EOL", OPTION(0, 0, 254, 8, PORT, 1, 2, 3, 4), LB);
	counted("malformed", 0, "unknown kind", OPTION(253, 8, PORT, 1, 2, 3, 4), LB);
	counted("malformed", 1, "length 6", OPTION(254, 6, PORT, 1, 2), LB);
	counted("malformed", 1, "overruns", OPTION(1, 1, 1, 1, 254, 8, PORT), LB);
	counted("malformed", 1, "last byte", OPTION(1, 1, 1, 254), LB);
	counted("malformed", 1, "address 0", OPTION(254, 8, PORT, 0, 0, 0, 0), LB);
	counted("malformed", 1, "port 0", OPTION(254, 8, 0, 0, 1, 2, 3, 4), LB);
	counted("malformed", 1, "multicast", OPTION(254, 8, PORT, 224, 0, 0, 1), LB);
	counted("malformed", 1, "broadcast", OPTION(254, 8, PORT, 255, 255, 255, 255), LB);
	counted("syn_recv_sock_toa", 1, "counted", GOOD, CLIENT);
	counted("syn_recv_sock_no_toa", 0, "not counted", GOOD, CLIENT);
	counted("syn_recv_sock_no_toa", 1, "counted", OPTION(1), LB);
	counted("getname_toa_ok", 2, "getname counted", GOOD, CLIENT);
	counted("entry_alloc", 1, "entry counted", GOOD, CLIENT);

	once("dual stack", &dual, LB_IP4, 0, GOOD, "", CLIENT_MAPPED);
	/* The IPv6 function calls the IPv4 one: still one connection. */
	counted_at(&dual, "syn_recv_sock_toa", 1, "dual", GOOD, CLIENT_MAPPED);
	counted_at(&dual, "syn_recv_sock_no_toa", 0, "dual", GOOD, CLIENT_MAPPED);
	counted_at(&dual, "syn_recv_sock_no_toa", 1, "dual", OPTION(1), LB);
	once("dual stack, data", &dual, LB_IP4, 0, GOOD, "hello", CLIENT_MAPPED);
	once("dual stack, none", &dual, LB_IP4, 0, OPTION(1), "", LB);
	once("IPv6", &dual, LB_IP6, 0, GOOD, "", CLIENT_MAPPED);
	once("IPv6, none", &dual, LB_IP6, 0, OPTION(1), "", LB);
	if (mptcp.fd >= 0)
		once("MPTCP listener", &mptcp, LB_IP4, 0, GOOD, "", CLIENT);

	write_file("/proc/sys/net/ipv4/tcp_syncookies", "2");
	once("cookie", &ip4, LB_IP4, 0, GOOD, "", CLIENT);
	once("cookie, none", &ip4, LB_IP4, 0, OPTION(1), "", LB);
	once("cookie, dual stack", &dual, LB_IP4, 0, GOOD, "", CLIENT_MAPPED);
	once("cookie, IPv6", &dual, LB_IP6, 0, GOOD, "hello", CLIENT_MAPPED);
	write_file("/proc/sys/net/ipv4/tcp_syncookies", "1");
}

static bool set_trusted(const char *text)
{
	return write_file(TRUSTED, text);
}

static void trust(void)
{
	static const char * const bad[] = {
		"", " ", "10.0.0.0/33", "10.0.0.0/8,", "10.0.0.0/8,x", "1.2.3",
		"10.0.0.1/8", "::/129", "::1/127", "10.0.0.0/", "10.0.0.0/08 x",
		"/8", "any,x", "any none", "none 10.0.0.0/8", "10.0.0.0/-1",
		"10.0.0.0/+8", "::ffff:10.0.0.0/104", "0x0a000000/8", "10.0.0.0/8/8",
		"256.0.0.0/8", "fe80::1%eth0",
	};
	char before[8192], now[8192], list[8192] = "";
	size_t i;

	counted("untrusted", 0, "trusted", GOOD, CLIENT);
	once("untrusted", &ip4, LB_IP4_UNTRUSTED, 0, GOOD, "", LB);
	once("untrusted, dual stack", &dual, LB_IP4_UNTRUSTED, 0, GOOD, "", LB);
	check(counter("untrusted") == 2, "untrusted is %ld", counter("untrusted"));

	read_file(TRUSTED, before, sizeof(before));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* A trailing comma is a separator and harmless. */
		if (!strcmp(bad[i], "10.0.0.0/8,"))
			continue;
		/* The kernel does not even pass on a write of nothing. */
		if (!*bad[i])
			continue;
		check(!set_trusted(bad[i]) && errno == EINVAL,
		      "the list \"%s\" was taken", bad[i]);
	}
	for (i = 0; i < 257; i++)
		sprintf(list + strlen(list), "10.1.%zu.%zu ", i / 256, i % 256);
	check(!set_trusted(list) && errno == EINVAL, "257 prefixes were taken");
	memset(list, ' ', 4090);
	strcpy(list + 4090, "any 0.0.0.0/0");
	check(!set_trusted(list), "a list of more than a page was taken");
	read_file(TRUSTED, now, sizeof(now));
	same("list after bad lists", now, before);
	once("still trusted", &ip4, LB_IP4, 0, GOOD, "", CLIENT);
	once("still untrusted", &ip4, LB_IP4_UNTRUSTED, 0, GOOD, "", LB);

	check(set_trusted("203.0.113.2\n"), "one address");
	once("now trusted", &ip4, LB_IP4_UNTRUSTED, 0, GOOD, "", CLIENT);
	once("now trusted, dual stack", &dual, LB_IP4_UNTRUSTED, 0, GOOD, "", CLIENT_MAPPED);
	once("now untrusted", &ip4, LB_IP4, 0, GOOD, "", LB);
	check(set_trusted("203.0.113.0/31, 10.9.0.3"), "neighbours");
	once("neighbour", &ip4, LB_IP4_UNTRUSTED, 0, GOOD, "", LB);
	check(set_trusted("8000::/1 fd09::2/127"), "IPv6");
	once("IPv6 trusted", &dual, LB_IP6, 0, GOOD, "", CLIENT_MAPPED);
	once("IPv4 not", &dual, LB_IP4, 0, GOOD, "", LB);
	check(set_trusted("fd0a::/16"), "other IPv6");
	once("IPv6 not trusted", &dual, LB_IP6, 0, GOOD, "", LB);
	check(set_trusted("none"), "none");
	once("nobody", &ip4, LB_IP4, 0, GOOD, "", LB);
	once("nobody, IPv6", &dual, LB_IP6, 0, GOOD, "", LB);
	check(set_trusted("any"), "any");
	once("everybody", &ip4, LB_IP4_UNTRUSTED, 0, GOOD, "", CLIENT);
	once("everybody, IPv6", &dual, LB_IP6, 0, GOOD, "", CLIENT_MAPPED);
	check(set_trusted(before), "the old list again");
	once("as before", &ip4, LB_IP4_UNTRUSTED, 0, GOOD, "", LB);
	once("as before", &ip4, LB_IP4, 0, GOOD, "", CLIENT);
}

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

	fd = connection("for RST", &ip4, LB_IP4, 0, GOOD, "", CLIENT, &wire);
	wire_reset(&wire);
	usleep(20000);
	same("after RST", peer_text(fd), "ENOTCONN");
	close(fd);

	fd = connection("for shutdown", &ip4, LB_IP4, 0, GOOD, "", CLIENT, &wire);
	shutdown(fd, SHUT_WR);
	same("after shutdown", peer_text(fd), CLIENT);
	wire_reset(&wire);
	close(fd);

	fd = connection("to disconnect", &ip4, LB_IP4, 0, GOOD, "", CLIENT, &wire);
	disconnect(fd);
	same("disconnected", peer_text(fd), "ENOTCONN");
	other = listen_on(AF_INET, 0, "127.0.0.1", &port);
	check(!reconnect(fd, port), "connect again");
	sprintf(text, "127.0.0.1:%u", port);
	same("connected to another", peer_text(fd), text);
	peer = accept(other, NULL, NULL);
	close(peer);
	close(other);
	close(fd);

	/* A listener that has itself an entry, and its children. */
	fd = connection("to listen", &ip4, LB_IP4, 0, GOOD, "", CLIENT, &wire);
	disconnect(fd);
	check(!listen(fd, 8), "listen on it");
	getsockname(fd, (struct sockaddr *)&name, &size);
	again.fd = fd;
	again.port = ntohs(((struct sockaddr_in *)&name)->sin_port);
	same("listener", peer_text(fd), "ENOTCONN");
	once("its child", &again, LB_IP4, 0,
	     OPTION(254, 8, PORT, 5, 6, 7, 8), "", "5.6.7.8:12345");
	once("its child, none", &again, LB_IP4, 0, OPTION(1), "", LB);
	close(fd);
}

/* Sockets that have nothing to do with it. */
static void strangers(void)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	char text[80];
	int pair[2], fd;

	same("listener", peer_text(ip4.fd), "ENOTCONN");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	same("fresh socket", peer_text(fd), "ENOTCONN");
	check(!reconnect(fd, dual.port), "connect");
	sprintf(text, "127.0.0.1:%u", dual.port);
	same("outgoing", peer_text(fd), text);
	close(accept_from(&dual, &name));
	close(fd);

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	same("fresh UDP", peer_text(fd), "ENOTCONN");
	check(!reconnect(fd, 9), "connect UDP");
	same("UDP", peer_text(fd), "127.0.0.1:9");
	close(fd);

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	check(!getpeername(pair[0], (struct sockaddr *)&name, &size), "unix");
	close(pair[0]);
	close(pair[1]);
}

static void listen_all(void)
{
	ip4.fd = listen_on(AF_INET, 0, "0.0.0.0", &ip4.port);
	dual.fd = listen_on(AF_INET6, 0, "::", &dual.port);
	dual.ip6 = true;
	mptcp.fd = listen_on(AF_INET, IPPROTO_MPTCP, "0.0.0.0", &mptcp.port);
}

static void other_namespace(void)
{
	int status;

	fflush(stdout);
	if (!fork()) {
		passed = failed = 0;
		if (unshare(CLONE_NEWNET))
			die("unshare");
		wire_open("toainner");
		listen_all();
		once("other netns", &ip4, LB_IP4, 0, GOOD, "", CLIENT);
		once("other netns, dual", &dual, LB_IP4, 0, GOOD, "", CLIENT_MAPPED);
		once("other netns, IPv6", &dual, LB_IP6, 0, GOOD, "", CLIENT_MAPPED);
		once("other netns, none", &ip4, LB_IP4, 0, OPTION(1), "", LB);
		fflush(stdout);
		_exit(failed != 0);
	}
	wait(&status);
	check(!status, "in another network namespace");
}

static bool balanced(void)
{
	int i;

	for (i = 0; i < 30; i++) {
		if (counter("entry_alloc") == counter("entry_free"))
			return true;
		usleep(100000);
	}
	return false;
}

/* A page that is not there: who copies from it sleeps until it is made. */
static int slow_page(void **page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	*page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	area.range.start = (uintptr_t)*page;
	area.range.len = 4096;
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &area))
		return -1;
	return fd;
}

struct slow_call {
	int fd;
	void *page;
};

static void *send_slowly(void *argument)
{
	const struct slow_call *call = argument;

	send(call->fd, call->page, 4096, MSG_NOSIGNAL);
	return NULL;
}

static void *ask_slowly(void *argument)
{
	return strdup(peer_text(((struct slow_call *)argument)->fd));
}

/*
 * A task holds the lock of a socket and sleeps, another one waits for it in
 * getpeername() (since 6.1): unloading must neither wait nor crash.
 */
static void unload_behind_sleeper(const char *path, const char *parameters,
				  const uint8_t *options, size_t options_size,
				  const char *wanted)
{
	struct uffdio_zeropage zero = { 0 };
	struct wire_connection wire;
	struct slow_call call;
	pthread_t sender, asker;
	struct timespec start, end;
	void *answer;
	int uffd;

	check(module_load(path, parameters), "load: %s", strerror(errno));
	call.fd = connection("sleeper", &ip4, LB_IP4, 0, options, options_size,
			     "", wanted, &wire);
	uffd = slow_page(&call.page);
	if (uffd < 0)
		die("userfaultfd");
	pthread_create(&sender, NULL, send_slowly, &call);
	usleep(200000);
	pthread_create(&asker, NULL, ask_slowly, &call);
	usleep(200000);

	clock_gettime(CLOCK_MONOTONIC, &start);
	check(module_unload(), "unload behind a sleeper: %s", strerror(errno));
	clock_gettime(CLOCK_MONOTONIC, &end);
	check(end.tv_sec - start.tv_sec < 10, "unload took %ld s",
	      (long)(end.tv_sec - start.tv_sec));
	/* Lets the freed text be used by somebody else. */
	check(module_load(path, parameters), "load: %s", strerror(errno));
	check(module_unload(), "unload: %s", strerror(errno));

	zero.range.start = (uintptr_t)call.page;
	zero.range.len = 4096;
	check(!ioctl(uffd, UFFDIO_ZEROPAGE, &zero), "zero page");
	pthread_join(sender, NULL);
	pthread_join(asker, &answer);
	/* The client where nothing had to sleep, else the load balancer. */
	if (strcmp(answer, CLIENT))
		same("sleeper", answer, lb_address(&wire, false));
	wire_reset(&wire);
	close(call.fd);
	close(uffd);
}

/* Unloading with open connections, one of them with kernel TLS. */
static void unload(const char *path, const char *parameters)
{
	struct wire_connection wire, wire6, wire_tls;
	int fd, fd6, tls;

	fd = connection("to unload", &ip4, LB_IP4, 0, GOOD, "", CLIENT, &wire);
	fd6 = connection("to unload 6", &dual, LB_IP6, 0, GOOD, "", CLIENT_MAPPED, &wire6);
	tls = connection("for TLS", &ip4, LB_IP4, 0, GOOD, "", CLIENT, &wire_tls);
	if (setsockopt(tls, IPPROTO_TCP, TCP_ULP_OPTION, "tls", 3))
		printf("no kernel TLS here\n");
	same("TLS", peer_text(tls), CLIENT);
	check(counter("entry_alloc") == counter("entry_free") + 3,
	      "3 sockets with an entry");

	check(module_unload(), "unload: %s", strerror(errno));
	same("unloaded", peer_text(fd), lb_address(&wire, false));
	same("unloaded 6", peer_text(fd6), lb_address(&wire6, true));
	same("unloaded TLS", peer_text(tls), lb_address(&wire_tls, false));
	once("without module", &ip4, LB_IP4, 0, GOOD, "", LB);

	check(module_load(path, parameters), "load again: %s", strerror(errno));
	same("loaded again", peer_text(fd), lb_address(&wire, false));
	once("works again", &ip4, LB_IP4, 0, GOOD, "", CLIENT);
	wire_reset(&wire);
	wire_reset(&wire6);
	wire_reset(&wire_tls);
	close(fd);
	close(fd6);
	close(tls);
	check(balanced(), "entries after reload");
	check(counter("entry_alloc") == 1, "one entry after reload");
	check(module_unload(), "unload again: %s", strerror(errno));
	check(counter("entry_alloc") == -1, "statistics are gone");
}

static void refusals(const char *path)
{
	check(!module_load(path, "trusted=nonsense") && errno == EINVAL,
	      "trusted=nonsense");
	check(!module_load(path, "hook=magic") && errno == EINVAL, "hook=magic");
	check(!module_load(path, "trusted=10.0.0.0/8 hook=magic") &&
	      errno == EINVAL, "a good list and a bad hook");
	check(module_load(path, "trusted=none max_entries=0"), "none");
	check(module_unload(), "unload");
	check(module_load(path, "max_entries=1 trusted=any"), "one entry");
	counted("table_full", 0, "one fits", GOOD, CLIENT);
	check(module_unload(), "unload");
	check(module_load(path, "max_entries=0"), "no entries");
	counted("table_full", 1, "none fits", GOOD, LB);
	check(module_unload(), "unload");
}

int main(int argc, char **argv)
{
	const char *parameters = argc > 2 ? argv[2] : "";

	if (argc < 2) {
		fprintf(stderr, "usage: cases MODULE [PARAMETERS]\n");
		return 2;
	}
	wire_open("toacases");
	listen_all();
	once("before", &ip4, LB_IP4, 0, GOOD, "", LB);
	once("before", &dual, LB_IP6, 0, GOOD, "", LB);
	refusals(argv[1]);
	if (!module_load(argv[1], parameters))
		die("load %s %s", argv[1], parameters);

	trust();
	shapes();
	later();
	strangers();
	other_namespace();
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	unload(argv[1], parameters);
	unload_behind_sleeper(argv[1], parameters, GOOD, CLIENT);
	unload_behind_sleeper(argv[1], parameters, OPTION(1), LB);

	printf("{\"passed\":%d,\"failed\":%d}\n", passed, failed);
	return failed != 0;
}
