// SPDX-License-Identifier: GPL-2.0-only
/*
 * neighbours MODULE FOLDER
 *
 * With other modules that want the same: its name, its socket calls, its
 * functions, a socket's destructor. FOLDER has toa.ko, which is somebody
 * else's, claimer.ko, blocker.ko and wrapper.ko.
 */
#define _GNU_SOURCE
#include "judge.h"
#include "sleepers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROFILE "/sys/module/toa/parameters/profile"

static const char *path, *folder;
static struct listener ip4;

static bool load_other(const char *name, const char *parameters)
{
	char file[256];

	snprintf(file, sizeof(file), "%s/%s.ko", folder, name);
	return module_load(file, parameters);
}

static void parameter(const char *name, const char *wanted)
{
	char file[100], seen[1100] = "";

	snprintf(file, sizeof(file), "/sys/module/toa/parameters/%s", name);
	read_file(file, seen, sizeof(seen));
	seen[strcspn(seen, "\n")] = '\0';
	same(name, seen, wanted);
}

static void same_name(void)
{
	check(load_other("toa", ""), "another toa: %s", strerror(errno));
	check(!module_load(path, "") && errno == EEXIST, "two modules named toa: %s",
	      strerror(errno));
	check(module_unload(), "unload: %s", strerror(errno));
	check(module_load(path, ""), "load: %s", strerror(errno));
	check(!load_other("toa", "") && errno == EEXIST, "another toa: %s", strerror(errno));
	check(module_unload(), "unload: %s", strerror(errno));
}

static void ask_both(const char *what, const char *nat64, const char *ksyun)
{
	static const uint8_t option[] = {
		254, 20, PORT, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99,
	};
	struct sockaddr_storage address;
	struct wire_connection wire;
	int fd;

	wire_connection(&wire, LB_IP4, ip4.port);
	if (!wire_connect(&wire, 0, option, sizeof(option), "", 0) ||
	    (fd = accept_from(&ip4, &address, 5000)) < 0) {
		check(false, "%s: no connection", what);
		return;
	}
	same(what, ask(fd, 4096, 20), nat64);
	same(what, ask(fd, 1345, 20), ksyun);
	wire_reset(&wire);
	close(fd);
}

#define NAT64 "[2001:db8::99]:12345"
#define KSYUN "10 [2001:db8::99]:12345"

static void calls_are_taken(const char *claimed, const char *left, const char *nat64,
			    const char *ksyun)
{
	char line[128], name[40];

	snprintf(name, sizeof(name), "name=%s", claimed);
	check(load_other("claimer", name), "claimer: %s", strerror(errno));
	log_mark();
	check(module_load(path, ""), "%s is taken: %s", claimed, strerror(errno));
	snprintf(line, sizeof(line),
		 "TOA: getsockopt %s belongs to another module, not answered (-16)", claimed);
	check(log_says(line), "the kernel log does not say: %s", line);
	parameter("getsockopt", left);
	ask_both(claimed, nat64, ksyun);

	/* The other one goes, and somebody says again what is wanted. */
	check(module_unload_other("claimer"), "unload claimer: %s", strerror(errno));
	check(write_file(PROFILE, "default"), "profile: %s", strerror(errno));
	parameter("getsockopt", "4096,1345");
	ask_both("free again", NAT64, KSYUN);

	/* Now it is ours, until the profile gives it up. */
	check(!load_other("claimer", name) && errno == EBUSY, "claimer: %s", strerror(errno));
	check(write_file(PROFILE, "254/20"), "profile: %s", strerror(errno));
	parameter("getsockopt", "none");
	check(load_other("claimer", name), "claimer: %s", strerror(errno));
	check(write_file(PROFILE, "default"), "profile: %s", strerror(errno));
	parameter("getsockopt", left);
	ask_both(claimed, nat64, ksyun);
	check(module_unload(), "unload: %s", strerror(errno));
	check(module_unload_other("claimer"), "unload claimer: %s", strerror(errno));
}

static void live_patched(void)
{
	check(load_other("blocker", ""), "blocker: %s", strerror(errno));
	log_mark();
	check(!module_load(path, "hook=ftrace") && errno == EBUSY, "hook=ftrace: %s",
	      strerror(errno));
	check(log_says("TOA: cannot redirect functions: a live patch or another TOA module has done so (-16)"),
	      "the kernel log does not say why");
	check(module_load(path, ""), "hook=auto: %s", strerror(errno));
	parameter("hook", "kretprobe");
	judge_calls(true, true);
	once("beside a live patch", &ip4, LB_IP4, GOOD, "", &somebody);
	check(module_unload(), "unload: %s", strerror(errno));
	check(module_unload_other("blocker"), "unload blocker: %s", strerror(errno));
	check(module_load(path, ""), "load: %s", strerror(errno));
	parameter("hook", "ftrace");
	once("without a live patch", &ip4, LB_IP4, GOOD, "", &somebody);
	check(module_unload(), "unload: %s", strerror(errno));
}

static void load_wrapper(int fd)
{
	char parameter[16];

	snprintf(parameter, sizeof(parameter), "fd=%d", fd);
	check(load_other("wrapper", parameter), "wrapper: %s", strerror(errno));
}

/* Somebody has to call our destructor: unloading waits for it. */
static void destructor_before_ours(void)
{
	struct wire_connection wire;
	struct unloading unloading;
	int fd;

	check(module_load(path, ""), "load: %s", strerror(errno));
	judge_calls(true, true);
	fd = connection("to wrap", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	load_wrapper(fd);
	judge_socket("wrapped", fd, false, &wire, &somebody);
	log_mark();
	unloading_start(&unloading);
	usleep(1500000);
	check(!unloading.done, "unloaded before the end of a wrapped socket");
	check(log_says("1 connections have a destructor before ours"),
	      "the kernel log does not say why unloading waits");
	wire_reset(&wire);
	close(fd);
	unloading_join(&unloading);
	check(unloading.good, "unload: %s", strerror(unloading.error));
	check(module_unload_other("wrapper"), "unload wrapper: %s", strerror(errno));
}

/* Nobody would tell us of the end of such a socket. */
static void unknown_destructor(void)
{
	struct listener listener = listener_open(AF_INET, 0, "0.0.0.0");

	check(module_load(path, ""), "load: %s", strerror(errno));
	judge_calls(true, true);
	load_wrapper(listener.fd);
	counting();
	once("child of a wrapped socket", &listener, LB_IP4, GOOD, "", &nobody);
	check(risen("destructor_unknown") == 1, "destructor_unknown rose by %ld",
	      risen("destructor_unknown"));
	check(risen("syn_recv_sock_no_toa") == 1, "syn_recv_sock_no_toa rose by %ld",
	      risen("syn_recv_sock_no_toa"));
	once("another one", &ip4, LB_IP4, GOOD, "", &somebody);
	close(listener.fd);
	check(balanced(), "entries");
	check(module_unload(), "unload: %s", strerror(errno));
	/* Sockets are destroyed a moment after close(). */
	usleep(500000);
	check(module_unload_other("wrapper"), "unload wrapper: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: neighbours MODULE FOLDER\n");
		return 2;
	}
	path = argv[1];
	folder = argv[2];
	wire_open("toaneighbours");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	same_name();
	calls_are_taken("1345", "4096", NAT64, "EXDEV");
	calls_are_taken("4096", "1345", "EXDEV", KSYUN);
	live_patched();
	destructor_before_ours();
	unknown_destructor();
	return judge_end();
}
