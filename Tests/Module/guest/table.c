// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

/* Not /proc/net, which is that of the process. */
#define TABLE "/proc/thread-self/net/toa_table"

static bool good_line(struct table *table, const char *line,
		      const char *wanted_client, const char *wanted_option)
{
	char client[64], lb[64], local[64], option[64], more;
	unsigned int netns, port;

	if (!table->heading) {
		table->heading = true;
		return !strncmp(line, "client ", 7);
	}
	table->rows++;
	return sscanf(line, "%63s %63s %63s %63s %u%c", client, lb, local,
		      option, &netns, &more) == 5 && netns &&
	       !strcmp(client, wanted_client) &&
	       !strcmp(option, wanted_option) &&
	       sscanf(lb, LB_IP4 ":%u%c", &port, &more) == 1 &&
	       port < sizeof(table->seen) &&
	       !strncmp(local, WIRE_IP4 ":", sizeof(WIRE_IP4)) &&
	       !table->seen[port]++;
}

enum table_end table_read(struct table *table, size_t size, const char *client,
			  const char *option)
{
	int fd = open(TABLE, O_RDONLY | O_CLOEXEC);
	char text[8192];
	size_t length = 0;
	ssize_t count;
	int error;

	memset(table, 0, sizeof(*table));
	if (fd < 0)
		return TABLE_NONE;
	/* Half for what is left of a line, half for the next bytes. */
	if (size >= sizeof(text) / 2)
		size = sizeof(text) / 2 - 1;

	while ((count = read(fd, text + length, size)) > 0) {
		char *line = text, *end;

		text[length + count] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			if (good_line(table, line, client, option))
				continue;
			table->wrong++;
			printf("wrong line in the table: %s\n", line);
		}
		length = strlen(line);
		if (length > sizeof(text) / 2)
			break;
		memmove(text, line, length + 1);
		usleep(2000);
	}
	error = errno;
	close(fd);
	if (count < 0)
		return error == EIO ? TABLE_CUT : TABLE_FAILED;
	/* Something that never becomes a line. */
	return length ? TABLE_FAILED : TABLE_WHOLE;
}
