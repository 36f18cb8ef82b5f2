// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleeping MODULE [PARAMETERS]
 *
 * Unloading behind tasks that sleep in the kernel, in or beside the module's
 * code, for as long as somebody else likes: other modules return into memory
 * that is somebody else's by then.
 */
#define _GNU_SOURCE
#include "judge.h"
#include "sleepers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path, *parameters;
static struct listener ip4;

struct slow_call {
	int fd;
	/* Of a socket call. */
	int name;
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

	judged_load(path, parameters);
	call.fd = connection(what, &ip4, LB_IP4, options, options_size, "", client, &wire);
	call.slow = slow_page();
	pthread_create(&sender, NULL, send_slowly, &call);
	usleep(200000);
	pthread_create(&asker, NULL, ask_name, &call);
	usleep(200000);

	judged_unload();
	/* Lets the freed text be used by somebody else. */
	judged_load(path, parameters);
	judged_unload();

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

	return (void *)(long)(getsockopt(call->fd, IPPROTO_IP, call->name,
					 call->slow.page, &size) ? errno : 0);
}

static void *read_slowly(void *argument)
{
	struct slow_call *call = argument;

	return (void *)(long)(read(call->fd, call->slow.page, 4096) < 0 ? errno : 0);
}

/* Unloading waits for the sleeper, or says that the module is in use. */
static void behind_copy(const char *what, void *(*sleep)(void *), int fd, int name)
{
	struct slow_call call = { .fd = fd, .name = name, .slow = slow_page() };
	struct unloading unloading;
	pthread_t sleeper;
	void *error;

	pthread_create(&sleeper, NULL, sleep, &call);
	usleep(200000);
	unloading_start(&unloading);
	usleep(1000000);
	if (unloading.done)
		check(!unloading.good && unloading.error == EAGAIN,
		      "%s: unloaded under a sleeping task, or refused with %s", what,
		      strerrorname_np(unloading.error));
	slow_page_ready(&call.slow);
	pthread_join(sleeper, &error);
	check(!error, "%s: the sleeper got %s", what, strerrorname_np((long)error));
	unloading_join(&unloading);
	if (!unloading.good)
		judged_unload();
	judge_calls(false, false);
	slow_page_free(&call.slow);
}

static void behind_calls(void)
{
	static const uint8_t ip6_option[] = {
		254, 20, PORT, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99,
	};
	static const struct client ip6_client = { "2001:db8::99", 12345 };
	static const int names[] = { 4096, 1345 };
	static const char *const files[] = { "/proc/net/toa_table", "/proc/net/toa_stats" };
	struct wire_connection wire;
	int fd, i;

	for (i = 0; i < 2; i++) {
		judged_load(path, parameters);
		fd = connection("behind getsockopt", &ip4, LB_IP4, ip6_option,
				sizeof(ip6_option), "", &ip6_client, &wire);
		behind_copy("getsockopt", ask_slowly, fd, names[i]);
		judge_socket("behind getsockopt", fd, false, &wire, &nobody);
		wire_reset(&wire);
		close(fd);
	}
	for (i = 0; i < 2; i++) {
		judged_load(path, parameters);
		fd = open(files[i], O_RDONLY | O_CLOEXEC);
		behind_copy(files[i], read_slowly, fd, 0);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: sleeping MODULE [PARAMETERS]\n");
		return 2;
	}
	path = argv[1];
	parameters = argc > 2 ? argv[2] : "";
	wire_open("toasleeping");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	behind_getpeername("sleeper", GOOD, &somebody);
	behind_getpeername("sleeper without address", NONE, &nobody);
	behind_calls();
	return judge_end();
}
