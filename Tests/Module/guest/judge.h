/* SPDX-License-Identifier: GPL-2.0-only */
/* What a connection must look like from all sides, and who counts the errors. */
#ifndef JUDGE_H
#define JUDGE_H

#include "wire.h"

/* One line for each failure on standard output. */
void check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void same(const char *what, const char *seen, const char *wanted);

/* Prints a line of JSON; the exit status. */
int judge_end(void);
/* For a child: adds what it found to ours. True if it came to its end. */
bool judge_child(void (*run)(const void *argument), const void *argument);

struct client {
	/* NULL: nobody is named, the balancer is to be seen. */
	const char *ip;
	/* 0: that of the balancer. */
	uint16_t port;
};

extern const struct client nobody;
/* 1.2.3.4:12345, and an option that names it. */
extern const struct client somebody;
#define CLIENT "1.2.3.4:12345"
#define CLIENT_MAPPED "[::ffff:" "1.2.3.4]:12345"
#define OPTION(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define PORT 0x30, 0x39
#define GOOD OPTION(254, 8, PORT, 1, 2, 3, 4)
#define NONE OPTION(1)

struct listener {
	int fd;
	uint16_t port;
	bool ip6;
};

struct listener listener_open(int family, int protocol, const char *address);

/* -1 when nothing came in @timeout milliseconds. */
int accept_from(const struct listener *listener,
		struct sockaddr_storage *address, int timeout);

/* Which of the socket calls the profile asks for. */
void judge_calls(bool nat64, bool ksyun);

/*
 * getsockopt(IPPROTO_IP, @name) with a buffer of @size bytes: the answer as
 * text ("[2001:db8::1]:5", and for 1345 the family before it), or the error.
 */
const char *ask(int fd, int name, socklen_t size);

/* As text, as accept() and getpeername() must answer on a socket of @family. */
const char *balancer_text(const struct wire_connection *wire, bool ip6);
const char *name_text(const struct wire_connection *wire, bool ip6,
		      const struct client *client);

/* Everything that can be asked about an accepted socket. */
void judge_socket(const char *what, int fd, bool ip6,
		  const struct wire_connection *wire,
		  const struct client *client);

/* Its row in /proc/net/toa_table; @option is NULL when there must be none. */
void judge_row(const char *what, const struct wire_connection *wire,
	       const struct client *client, const char *option);

/* Counters: from here on, exactly these must rise. entry_free may lag behind. */
void counting(void);
void rises(const char *counter, long by);
void counted(const char *what);
long risen(const char *counter);

/* Handshake whose completing segment carries these options; accepted and judged. */
int connection(const char *what, const struct listener *listener,
	       const char *from, const uint8_t *options, size_t options_size,
	       const char *data, const struct client *client,
	       struct wire_connection *wire);
/* And closed again. */
void once(const char *what, const struct listener *listener, const char *from,
	  const uint8_t *options, size_t options_size, const char *data,
	  const struct client *client);

/* The entries of closed sockets have been given back; waits some seconds. */
bool balanced(void);

#endif
