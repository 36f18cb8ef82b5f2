/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine under test: sockets and their names, the module, its files. */
#ifndef HOST_H
#define HOST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* A listening socket and the port that it got. */
int listen_on(int family, int protocol, const char *address, uint16_t *port);

/* Text of an address, "1.2.3.4:5" or "[::1]:5". */
const char *address_text(const struct sockaddr_storage *address);
const char *peer_text(int fd);

bool module_load(const char *path, const char *parameters);
bool module_unload(void);
bool module_unload_other(const char *name);

/* /proc/net/toa_stats: the sums over all CPUs. */
struct counters {
	int count;
	struct {
		char name[32];
		long value;
	} row[64];
};

/* False when there is no such file: then count is 0. */
bool counters_read(struct counters *counters);
/* -1 when there is no such counter. */
long counters_find(const struct counters *counters, const char *name);
long counter(const char *name);

/* Does the kernel have IPv6? */
bool have_ip6(void);

/* What the kernel log says from here on, line by line; NULL at its end. */
void log_mark(void);
const char *log_next(void);
bool log_says(const char *text);

bool write_file(const char *path, const char *text);
bool read_file(const char *path, char *text, size_t size);

#endif
