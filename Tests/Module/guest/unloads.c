// SPDX-License-Identifier: GPL-2.0-only
/*
 * unloads MODULE [PARAMETERS]
 *
 * The cases in which other modules of this kind crash the machine: unloading
 * with open connections, with kernel TLS, and behind tasks that sleep.
 */
#define _GNU_SOURCE
#include "odd.h"
#include "sleepers.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ELSEWHERE "default deferred late syn"

static const char *path, *parameters;
static struct listener ip4, dual;

static void load(void)
{
	check(module_load(path, parameters), "load %s: %s", parameters, strerror(errno));
	judge_calls(true, true);
}

static void unload(void)
{
	long start = now();

	check(module_unload(), "unload: %s", strerror(errno));
	check(now() - start < 10000, "unload took %ld ms", now() - start);
	judge_calls(false, false);
}

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

	load();
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
	unload();
	check(access("/proc/net/toa_stats", F_OK) && access("/proc/net/toa_table", F_OK),
	      "files are left in /proc/net");

	for (i = 0; i < KINDS; i++) {
		if (kinds[i].queued)
			fd[i] = accept_from(&ip4, &address, 5000);
		judge_socket(kinds[i].what, fd[i], kinds[i].dual, &wire[i], &nobody);
	}
	once("without module", &ip4, LB_IP4, GOOD, "", &nobody);
	load();
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
	unload();
}

/* TLS copies the functions of a socket when it is first used, and keeps them. */
static void tls_before(void)
{
	struct wire_connection wire[3];
	int fd[3], i;

	fd[0] = connection("TLS before load", &ip4, LB_IP4, GOOD, "", &nobody, &wire[0]);
	if (!make_tls(fd[0]))
		printf("TLS: %s\n", strerror(errno));
	load();
	judge_socket("TLS before load", fd[0], false, &wire[0], &nobody);
	fd[1] = connection("TLS after load", &ip4, LB_IP4, GOOD, "", &somebody, &wire[1]);
	make_tls(fd[1]);
	judge_socket("TLS after load", fd[1], false, &wire[1], &somebody);
	unload();
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
		load();
		check(write_file("/sys/module/toa/parameters/profile", ELSEWHERE),
		      "profile: %s", strerror(errno));
		wire_connection(&on_syn, LB_IP4, ip4.port);
		check(wire_syn_with(&on_syn, GOOD, "", 0), "SYN");
		wire_connection(&swallowed, LB_IP4, deferred.port);
		check(wire_connect(&swallowed, 0, GOOD, "", 0), "swallowed ACK");
		unload();
		if (turn)
			load();
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
			unload();
	}
	close(deferred.fd);
}

struct slow_call {
	int fd;
	struct slow_page slow;
};

static void *send_slowly(void *argument)
{
	const struct slow_call *call = argument;

	send(call->fd, call->slow.page, 4096, MSG_NOSIGNAL);
	return NULL;
}

static void *ask_name(void *argument)
{
	return strdup(peer_text(((struct slow_call *)argument)->fd));
}

/*
 * A task holds the lock of a socket and sleeps, another one waits for it in
 * getpeername() (since 6.1): unloading must neither wait nor crash.
 */
static void behind_getpeername(const char *what, const uint8_t *options,
			       size_t options_size, const struct client *client)
{
	struct wire_connection wire;
	struct slow_call call;
	pthread_t sender, asker;
	void *answer;

	load();
	call.fd = connection(what, &ip4, LB_IP4, options, options_size, "", client, &wire);
	call.slow = slow_page();
	pthread_create(&sender, NULL, send_slowly, &call);
	usleep(200000);
	pthread_create(&asker, NULL, ask_name, &call);
	usleep(200000);

	unload();
	/* Lets the freed text be used by somebody else. */
	load();
	unload();

	slow_page_ready(&call.slow);
	pthread_join(sender, NULL);
	pthread_join(asker, &answer);
	/* The client where nothing had to sleep, else the load balancer. */
	if (!client->ip || strcmp(answer, CLIENT))
		same(what, answer, balancer_text(&wire, false));
	free(answer);
	wire_reset(&wire);
	close(call.fd);
	slow_page_free(&call.slow);
}

static void *ask_slowly(void *argument)
{
	struct slow_call *call = argument;
	socklen_t size = 20;

	return (void *)(long)(getsockopt(call->fd, IPPROTO_IP, 1345, call->slow.page,
					 &size) ? errno : 0);
}

static void *read_slowly(void *argument)
{
	struct slow_call *call = argument;

	return (void *)(long)(read(call->fd, call->slow.page, 4096) < 0 ? errno : 0);
}

/* Unloading waits for the sleeper, or says that the module is in use. */
static void behind_copy(const char *what, void *(*sleep)(void *), int fd)
{
	struct slow_call call = { .fd = fd, .slow = slow_page() };
	struct unloading unloading;
	pthread_t sleeper;
	void *error;

	pthread_create(&sleeper, NULL, sleep, &call);
	usleep(200000);
	unloading_start(&unloading);
	usleep(1500000);
	if (unloading.done)
		check(!unloading.good && unloading.error == EAGAIN,
		      "%s: unloaded under a sleeping task, or refused with %s", what,
		      strerrorname_np(unloading.error));
	slow_page_ready(&call.slow);
	pthread_join(sleeper, &error);
	check(!error, "%s: the sleeper got %s", what, strerrorname_np((long)error));
	unloading_join(&unloading);
	if (!unloading.good)
		unload();
	judge_calls(false, false);
	slow_page_free(&call.slow);
}

static void behind_calls(void)
{
	struct wire_connection wire;
	int fd;

	load();
	fd = connection("behind getsockopt", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	behind_copy("getsockopt", ask_slowly, fd);
	judge_socket("behind getsockopt", fd, false, &wire, &nobody);
	wire_reset(&wire);
	close(fd);

	load();
	fd = open("/proc/net/toa_table", O_RDONLY | O_CLOEXEC);
	behind_copy("table", read_slowly, fd);
	close(fd);
	load();
	fd = open("/proc/net/toa_stats", O_RDONLY | O_CLOEXEC);
	behind_copy("statistics", read_slowly, fd);
	close(fd);
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
	behind_getpeername("sleeper", GOOD, &somebody);
	behind_getpeername("sleeper without address", NONE, &nobody);
	behind_calls();
	return judge_end();
}
