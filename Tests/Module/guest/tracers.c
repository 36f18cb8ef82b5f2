// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracers MODULE [PARAMETERS]
 *
 * With the kernel's own tracers on the same functions, which were there before
 * the module or come later, and stay when it goes.
 */
#define _GNU_SOURCE
#include "fentry.h"
#include "judge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"

static const char *path, *parameters;
static struct listener ip4, dual;

static bool put(const char *file, const char *text)
{
	char name[128];

	snprintf(name, sizeof(name), TRACING "%s", file);
	return write_file(name, text);
}

/* Instead of what is there: a write() for each, as these files want. */
static bool fill(const char *file, const char *const *lines, size_t count)
{
	char name[128];
	bool done = true;
	size_t i;
	int fd;

	snprintf(name, sizeof(name), TRACING "%s", file);
	fd = open(name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return false;
	for (i = 0; done && i < count; i++)
		done = write(fd, lines[i], strlen(lines[i])) == (ssize_t)strlen(lines[i]);
	close(fd);
	return done;
}

static void load(void)
{
	check(module_load(path, parameters), "load %s: %s", parameters, strerror(errno));
	check(write_file("/sys/module/toa/parameters/profile", "default deferred late syn"),
	      "profile: %s", strerror(errno));
	judge_calls(true, true);
}

static void unload(void)
{
	check(module_unload(), "unload: %s", strerror(errno));
	judge_calls(false, false);
}

static void connections(const char *what, const struct client *client)
{
	static const uint8_t ip6_option[] = {
		254, 20, PORT, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99,
	};
	static const struct client ip6_client = { "2001:db8::99", 12345 };

	once(what, &ip4, LB_IP4, GOOD, "x", client);
	once(what, &ip4, LB_IP4, NONE, "", &nobody);
	once(what, &dual, LB_IP4, GOOD, "", client);
	once(what, &dual, LB_IP6, ip6_option, sizeof(ip6_option), "",
	     client->ip ? &ip6_client : &nobody);
}

/* Everything that the network does, or only what the module looks at. */
static void with_tracer(const char *tracer, const char *const *filter, size_t count)
{
	char what[100];

	snprintf(what, sizeof(what), "tracer %s of %s", tracer, filter[0]);
	check(fill("set_ftrace_filter", filter, count), "%s: %s", what, strerror(errno));

	check(put("current_tracer", tracer), "%s: %s", what, strerror(errno));
	load();
	connections(what, &somebody);
	check(put("current_tracer", "nop"), "nop: %s", strerror(errno));
	connections("tracer was there before and has gone", &somebody);
	check(put("current_tracer", tracer), "%s: %s", what, strerror(errno));
	connections(what, &somebody);
	unload();
	connections(what, &nobody);
	check(put("current_tracer", "nop"), "nop: %s", strerror(errno));
	connections("all have gone", &nobody);
	check(fill("set_ftrace_filter", NULL, 0), "no filter: %s", strerror(errno));
}

/* Probes as perf and bpftrace set them: at entry, return, or both. */
static void with_probes(void)
{
	static const char * const probes[] = {
		"p:in4 inet_getname\n", "r:out4 inet_getname\n", "p:in6 inet6_getname\n",
		"r:out6 inet6_getname\n", "p:make4 tcp_v4_syn_recv_sock\n",
		"r:made4 tcp_v4_syn_recv_sock\n", "r:made6 tcp_v6_syn_recv_sock\n",
		"p:options tcp_parse_options\n",
	};
	enum { PROBES = sizeof(probes) / sizeof(probes[0]) };
	int turn;

	for (turn = 0; turn < 2; turn++) {
		if (turn)
			load();
		check(fill("kprobe_events", probes, PROBES), "probes: %s", strerror(errno));
		check(put("events/kprobes/enable", "1"), "enable: %s", strerror(errno));
		if (!turn)
			load();
		connections("probed", &somebody);
		if (turn)
			unload();
		connections("probed", turn ? &nobody : &somebody);
		check(put("events/kprobes/enable", "0"), "disable: %s", strerror(errno));
		check(fill("kprobe_events", NULL, 0), "no probes: %s", strerror(errno));
		connections("not probed", turn ? &nobody : &somebody);
		if (!turn)
			unload();
	}
}

static void read_hook(char *text, size_t size)
{
	text[0] = '\0';
	read_file("/sys/module/toa/parameters/hook", text, size);
	text[strcspn(text, "\n")] = '\0';
}

/* What older kernels say of functions with more than six arguments. */
#define TOO_MANY_ARGUMENTS 524

/*
 * BPF programs at the same functions. Redirection and they exclude each other
 * on older kernels: who comes second is refused, and the module then takes
 * kretprobes.
 */
static void with_bpf(void)
{
	static const char *const functions[] = {
		"inet_getname", "inet6_getname", "tcp_v4_syn_recv_sock", "tcp_v6_syn_recv_sock",
		"tcp_parse_options",
	};
	enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };
	int first[FUNCTIONS], second[FUNCTIONS], refused = 0, i;
	char hook[16];

	for (i = 0; i < FUNCTIONS; i++) {
		first[i] = fentry_attach(functions[i]);
		check(first[i] >= 0 || errno == TOO_MANY_ARGUMENTS, "BPF at %s: %s",
		      functions[i], strerror(errno));
	}
	load();
	read_hook(hook, sizeof(hook));
	printf("BPF first: hook %s\n", hook);
	connections("BPF was there before", &somebody);
	for (i = 0; i < FUNCTIONS; i++)
		if (first[i] >= 0)
			close(first[i]);
	connections("BPF has gone", &somebody);
	unload();

	load();
	for (i = 0; i < FUNCTIONS; i++) {
		second[i] = fentry_attach(functions[i]);
		refused += second[i] < 0;
		check(second[i] >= 0 || errno == EBUSY || errno == TOO_MANY_ARGUMENTS,
		      "BPF at %s: %s", functions[i], strerror(errno));
	}
	printf("BPF second: %d of %d refused\n", refused, FUNCTIONS);
	connections("BPF came later", &somebody);
	unload();
	connections("BPF stays", &nobody);
	for (i = 0; i < FUNCTIONS; i++)
		if (second[i] >= 0)
			close(second[i]);
}

int main(int argc, char **argv)
{
	static const char *const ours[] = {
		"inet*_getname ", "tcp_v4_syn_recv_sock ", "tcp_v6_syn_recv_sock ",
		"tcp_parse_options ",
	};
	static const char *const all[] = { "tcp_* ", "inet* " };

	if (argc < 2) {
		fprintf(stderr, "usage: tracers MODULE [PARAMETERS]\n");
		return 2;
	}
	path = argv[1];
	parameters = argc > 2 ? argv[2] : "";
	if (access(TRACING "current_tracer", F_OK) &&
	    mount("tracefs", TRACING, "tracefs", 0, NULL))
		die("mount tracefs");
	wire_open("toatracers");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = listener_open(AF_INET6, 0, "::");
	with_tracer("function", ours, 4);
	with_tracer("function_graph", ours, 4);
	with_tracer("function", all, 2);
	with_tracer("function_graph", all, 2);
	with_probes();
	with_bpf();
	return judge_end();
}
