// SPDX-License-Identifier: GPL-2.0-only
/* What the counters of the module must say after a connection. */
#define _GNU_SOURCE
#include "judge.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct counters before, wanted;

void counting(void)
{
	counters_read(&before);
	wanted = before;
}

void rises(const char *counter, long by)
{
	int i;

	for (i = 0; i < wanted.count; i++) {
		if (strcmp(wanted.row[i].name, counter))
			continue;
		wanted.row[i].value += by;
		return;
	}
	check(false, "there is no counter %s", counter);
}

void counted(const char *what)
{
	struct counters now;
	int i;

	counters_read(&now);
	check(now.count && now.count == before.count, "%s: %d counters, not %d",
	      what, now.count, before.count);
	for (i = 0; i < now.count && i < before.count; i++) {
		/* Sockets that were closed before are destroyed some time. */
		if (!strcmp(now.row[i].name, "entry_free") ||
		    now.row[i].value == wanted.row[i].value)
			continue;
		check(false, "%s: %s rose by %ld, not %ld", what,
		      now.row[i].name, now.row[i].value - before.row[i].value,
		      wanted.row[i].value - before.row[i].value);
	}
}

long risen(const char *name)
{
	return counter(name) - counters_find(&before, name);
}

bool balanced(void)
{
	struct counters now;
	int i;

	for (i = 0; i < 50; i++) {
		counters_read(&now);
		if (counters_find(&now, "entry_alloc") ==
		    counters_find(&now, "entry_free"))
			return true;
		usleep(100000);
	}
	return false;
}

int connection(const char *what, const struct listener *listener,
	       const char *from, const uint8_t *options, size_t options_size,
	       const char *data, const struct client *client,
	       struct wire_connection *wire)
{
	struct sockaddr_storage address;
	char buffer[64] = "";
	int fd;

	wire_connection(wire, from, listener->port);
	if (!wire_connect(wire, 0, options, options_size, data, strlen(data))) {
		check(false, "%s: no SYN/ACK", what);
		return -1;
	}
	fd = accept_from(listener, &address, 5000);
	if (fd < 0) {
		check(false, "%s: no accept", what);
		return -1;
	}
	same(what, address_text(&address), name_text(wire, listener->ip6, client));
	judge_socket(what, fd, listener->ip6, wire, client);
	if (*data)
		check(recv(fd, buffer, sizeof(buffer) - 1, MSG_DONTWAIT) == (ssize_t)strlen(data) &&
		      !strcmp(buffer, data), "%s: data %s", what, buffer);
	return fd;
}

void once(const char *what, const struct listener *listener, const char *from,
	  const uint8_t *options, size_t options_size, const char *data,
	  const struct client *client)
{
	struct wire_connection wire;
	int fd = connection(what, listener, from, options, options_size, data,
			    client, &wire);

	if (fd < 0)
		return;
	wire_reset(&wire);
	close(fd);
}
