// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "judge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

const struct client nobody = { NULL, 0 };
const struct client somebody = { "1.2.3.4", 12345 };

static atomic_int passed, failed;
static bool calls[2];

void check(bool good, const char *format, ...)
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

void same(const char *what, const char *seen, const char *wanted)
{
	check(!strcmp(seen, wanted), "%s: %s, not %s", what, seen, wanted);
}

int judge_end(void)
{
	printf("{\"passed\":%d,\"failed\":%d}\n", passed, failed);
	return failed != 0;
}

bool judge_child(void (*run)(const void *argument), const void *argument)
{
	int *found, status;
	pid_t child;

	found = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fflush(stdout);
	child = fork();
	if (!child) {
		passed = 0;
		failed = 0;
		run(argument);
		found[0] = passed;
		found[1] = failed;
		fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("fork");
	passed += found[0];
	failed += found[1];
	munmap(found, 4096);
	check(!status, "a child ended with status %x", status);
	return !status;
}

struct listener listener_open(int family, int protocol, const char *address)
{
	struct listener listener = { .ip6 = family == AF_INET6 };

	listener.fd = listen_on(family, protocol, address, &listener.port);
	return listener;
}

int accept_from(const struct listener *listener,
		struct sockaddr_storage *address, int timeout)
{
	struct pollfd ready = { .fd = listener->fd, .events = POLLIN };
	socklen_t size = sizeof(*address);

	memset(address, 0, sizeof(*address));
	return poll(&ready, 1, timeout) == 1 ?
	       accept4(listener->fd, (struct sockaddr *)address, &size,
		       SOCK_CLOEXEC) : -1;
}

void judge_calls(bool nat64, bool ksyun)
{
	calls[0] = nat64;
	calls[1] = ksyun;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	while (size--)
		if (*bytes++)
			return false;
	return true;
}

const char *ask(int fd, int name, socklen_t size)
{
	static _Thread_local char text[128];
	uint8_t answer[64];
	uint16_t family = AF_INET6, port;
	const uint8_t *ip = answer;
	socklen_t given = size;
	bool dirty = false;
	char ip_text[64];

	memset(answer, 0xa5, sizeof(answer));
	if (getsockopt(fd, IPPROTO_IP, name, answer, &size))
		return strerrorname_np(errno);
	if (name == 4096) {
		memcpy(&port, answer + 16, 2);
		dirty = answer[18] || answer[19];
	} else {
		memcpy(&family, answer, 2);
		memcpy(&port, answer + 2, 2);
		ip = answer + 4;
		if (family == AF_INET)
			dirty = !all_zero(answer + 8, 12);
	}
	if (given > 20)
		dirty = dirty || answer[20] != 0xa5;
	if (!inet_ntop(family, ip, ip_text, sizeof(ip_text)))
		return "no such family";
	sprintf(text, family == AF_INET6 ? "%s[%s]:%u%s%s" : "%s%s:%u%s%s",
		name == 4096 ? "" : family == AF_INET6 ? "10 " : "2 ", ip_text,
		ntohs(port), size == 20 ? "" : " wrong length",
		dirty ? " dirty" : "");
	return text;
}

const char *balancer_text(const struct wire_connection *wire, bool ip6)
{
	static _Thread_local char text[80];
	char ip[64];

	inet_ntop(wire->ip6 ? AF_INET6 : AF_INET, wire->remote, ip, sizeof(ip));
	if (!ip6)
		snprintf(text, sizeof(text), "%s:%u", ip, wire->remote_port);
	else
		snprintf(text, sizeof(text), "[%s%s]:%u",
			 wire->ip6 ? "" : "::ffff:", ip, wire->remote_port);
	return text;
}

static bool is_ip6(const struct client *client)
{
	return client->ip && strchr(client->ip, ':');
}

/* "1.2.3.4:5" or "[2001:db8::99]:5" */
static const char *client_text(const struct wire_connection *wire,
			       const struct client *client)
{
	static _Thread_local char text[80];

	snprintf(text, sizeof(text), is_ip6(client) ? "[%s]:%u" : "%s:%u",
		 client->ip, client->port ? client->port : wire->remote_port);
	return text;
}

const char *name_text(const struct wire_connection *wire, bool ip6,
		      const struct client *client)
{
	static _Thread_local char text[80];

	/* There is no room for an IPv6 client in the answer of an IPv4 socket. */
	if (!client->ip || (is_ip6(client) && !ip6))
		return balancer_text(wire, ip6);
	if (ip6 && !is_ip6(client))
		snprintf(text, sizeof(text), "[::ffff:%s]:%u", client->ip,
			 client->port ? client->port : wire->remote_port);
	else
		strcpy(text, client_text(wire, client));
	return text;
}

static void judge_call(const char *what, int fd, int name, const char *wanted)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: getsockopt %d", what, name);
	same(text, ask(fd, name, 20), wanted);
}

static void judge_own_name(const char *what, int fd, bool ip6,
			   const struct wire_connection *wire)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	char own[100], ip[64];

	getsockname(fd, (struct sockaddr *)&address, &size);
	inet_ntop(wire->ip6 ? AF_INET6 : AF_INET, wire->local, ip, sizeof(ip));
	snprintf(own, sizeof(own), ip6 ? "[%s%s]:%u" : "%s%s:%u",
		 ip6 && !wire->ip6 ? "::ffff:" : "", ip, wire->local_port);
	check(!strcmp(address_text(&address), own), "%s: own name is %s, not %s",
	      what, address_text(&address), own);
}

void judge_socket(const char *what, int fd, bool ip6,
		  const struct wire_connection *wire,
		  const struct client *client)
{
	char answer[100];

	same(what, peer_text(fd), name_text(wire, ip6, client));
	judge_own_name(what, fd, ip6, wire);

	snprintf(answer, sizeof(answer), "%s", client->ip ? client_text(wire, client) : "EINVAL");
	judge_call(what, fd, 4096, !calls[0] ? "ENOPROTOOPT" :
		   !client->ip ? "EINVAL" :
		   ip6 || !is_ip6(client) ? "EFAULT" : answer);
	if (client->ip)
		snprintf(answer, sizeof(answer), "%s %s",
			 is_ip6(client) ? "10" : "2", client_text(wire, client));
	judge_call(what, fd, 1345, calls[1] ? answer : "ENOPROTOOPT");
}

void judge_row(const char *what, const struct wire_connection *wire,
	       const struct client *client, const char *option)
{
	char text[65536], *line, *end, wanted[4][80], seen[4][80], ip[64];
	bool there = false;

	if (option) {
		strcpy(wanted[0], client_text(wire, client));
		strcpy(wanted[3], option);
	}
	inet_ntop(wire->ip6 ? AF_INET6 : AF_INET, wire->remote, ip, sizeof(ip));
	sprintf(wanted[1], wire->ip6 ? "[%s]:%u" : "%s:%u", ip, wire->remote_port);
	inet_ntop(wire->ip6 ? AF_INET6 : AF_INET, wire->local, ip, sizeof(ip));
	sprintf(wanted[2], wire->ip6 ? "[%s]:%u" : "%s:%u", ip, wire->local_port);

	if (!read_file("/proc/thread-self/net/toa_table", text, sizeof(text))) {
		check(false, "%s: there is no table", what);
		return;
	}
	for (line = strtok_r(text, "\n", &end); line; line = strtok_r(NULL, "\n", &end)) {
		if (sscanf(line, "%79s %79s %79s %79s", seen[0], seen[1], seen[2], seen[3]) != 4 ||
		    strcmp(seen[1], wanted[1]) || strcmp(seen[2], wanted[2]))
			continue;
		check(option && !there && !strcmp(seen[0], wanted[0]) &&
		      !strcmp(seen[3], wanted[3]), "%s: row %s", what, line);
		there = true;
	}
	check(there == !!option, "%s: %s row in the table", what, there ? "a" : "no");
}
