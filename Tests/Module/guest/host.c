// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf(": %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 &&
		    write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return done;
}

bool read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t count;

	if (fd < 0)
		return false;
	while (length < size - 1 &&
	       (count = read(fd, text + length, size - 1 - length)) > 0)
		length += count;
	text[length] = '\0';
	close(fd);
	return true;
}

int listen_on(int family, int protocol, const char *address, uint16_t *port)
{
	struct sockaddr_storage storage = { .ss_family = family };
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&storage;
	struct sockaddr_in *sin = (struct sockaddr_in *)&storage;
	socklen_t size = sizeof(storage);
	int off = 0;
	int fd;

	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -1;
	if (family == AF_INET6) {
		inet_pton(family, address, &sin6->sin6_addr);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	} else {
		inet_pton(family, address, &sin->sin_addr);
	}
	if (bind(fd, (struct sockaddr *)&storage, sizeof(storage)) ||
	    listen(fd, 128) ||
	    getsockname(fd, (struct sockaddr *)&storage, &size))
		die("listen on %s", address);
	*port = ntohs(family == AF_INET6 ? sin6->sin6_port : sin->sin_port);
	return fd;
}

const char *address_text(const struct sockaddr_storage *address)
{
	static _Thread_local char text[4][80];
	static _Thread_local int turn;
	const struct sockaddr_in6 *sin6 = (const void *)address;
	const struct sockaddr_in *sin = (const void *)address;
	char ip[64] = "?";
	char *result = text[turn++ % 4];

	if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &sin6->sin6_addr, ip, sizeof(ip));
		snprintf(result, 80, "[%s]:%u", ip, ntohs(sin6->sin6_port));
	} else if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &sin->sin_addr, ip, sizeof(ip));
		snprintf(result, 80, "%s:%u", ip, ntohs(sin->sin_port));
	} else {
		snprintf(result, 80, "family %d", address->ss_family);
	}
	return result;
}

const char *peer_text(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);

	if (getpeername(fd, (struct sockaddr *)&address, &size))
		return strerrorname_np(errno);
	return address_text(&address);
}

bool module_load(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 && !syscall(SYS_finit_module, fd, parameters, 0);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return done;
}

bool module_unload_other(const char *name)
{
	return !syscall(SYS_delete_module, name, O_NONBLOCK);
}

bool module_unload(void)
{
	return module_unload_other("toa");
}

/* Not /proc/net, which shows nothing of it in another network namespace. */
bool counters_read(struct counters *counters)
{
	char text[32768], *line, *end, *colon;
	int n = 0;

	counters->count = 0;
	if (!read_file("/proc/1/net/toa_stats", text, sizeof(text)))
		return false;
	for (line = strtok_r(text, "\n", &end); line && n < 64;
	     line = strtok_r(NULL, "\n", &end)) {
		colon = strchr(line, ':');
		if (!colon || sscanf(line, "%31[^ :]", counters->row[n].name) != 1)
			continue;
		counters->row[n].value = 0;
		while (*++colon)
			counters->row[n].value += strtol(colon, &colon, 10);
		n++;
	}
	counters->count = n;
	return true;
}

long counters_find(const struct counters *counters, const char *name)
{
	int i;

	for (i = 0; i < counters->count; i++)
		if (!strcmp(counters->row[i].name, name))
			return counters->row[i].value;
	return -1;
}

long counter(const char *name)
{
	struct counters counters;

	counters_read(&counters);
	return counters_find(&counters, name);
}

bool have_ip6(void)
{
	return !access("/proc/net/if_inet6", F_OK);
}

static int log_fd = -1;

void log_mark(void)
{
	if (log_fd < 0)
		log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log_fd < 0 || lseek(log_fd, 0, SEEK_END) < 0)
		die("/dev/kmsg");
}

const char *log_next(void)
{
	static char record[8192];
	const char *text;
	ssize_t size;

	/* EPIPE: records were overwritten meanwhile, the next ones are there. */
	do
		size = read(log_fd, record, sizeof(record) - 1);
	while (size < 0 && errno == EPIPE);
	if (size <= 0)
		return NULL;
	record[size] = '\0';
	record[strcspn(record, "\n")] = '\0';
	text = strchr(record, ';');
	return text ? text + 1 : record;
}

bool log_says(const char *text)
{
	const char *line;

	while ((line = log_next()))
		if (strstr(line, text))
			return true;
	return false;
}
