// SPDX-License-Identifier: Apache-2.0
/*
 * A server that tells its clients who they are. Self-contained: link it statically and it runs in any guest.
 *
 * who FAMILY:PORT[:defer|:fastopen|:mptcp]...     FAMILY 4, 6 (both families) or 6only
 *
 * Prints "ready" when it listens. For each line that a client sends it answers one line:
 *   "opt LEVEL NAME LENGTH"   what getsockopt of this connection does: result, errno, length, the buffer's bytes in hex;
 *                             the buffer was filled with a5 before and is 64 bytes longer than LENGTH
 *   "opt32 LEVEL NAME LENGTH" the same as a 32-bit program gets it
 *   "who32"                   what accept() returned and what getpeername() of a 32-bit program returns now
 *   "wait"                    nothing
 *   anything else             what accept() returned and what getpeername() returns now
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "compat.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum { MAX = 1024, LINE = 512, VALUE = 2048, MARGIN = 64 };

static struct pollfd sockets[MAX];
static struct client {
  char accepted[80];
  char line[LINE];
  size_t length;
} clients[MAX];
static int listeners, count;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static const char *text_of(const struct sockaddr_storage *name) {
  static char text[80];
  char address[64] = "?";
  if (name->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const void *)name;
    inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
    snprintf(text, sizeof text, "%s:%u", address, ntohs(in->sin_port));
  } else {
    const struct sockaddr_in6 *in = (const void *)name;
    inet_ntop(AF_INET6, &in->sin6_addr, address, sizeof address);
    snprintf(text, sizeof text, "[%s]:%u", address, ntohs(in->sin6_port));
  }
  return text;
}

static void listen_as(char *spec) {
  char *family = strtok(spec, ":"), *port = strtok(NULL, ":"), *how = strtok(NULL, ":");
  int one = 1, only = !strcmp(family, "6only"), is6 = family[0] == '6', seconds = 5, queue = 64;
  int protocol = how && !strcmp(how, "mptcp") ? IPPROTO_MPTCP : 0;
  int number = socket(is6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
  if (number < 0) fail(spec);
  setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (is6 && setsockopt(number, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only)) fail("IPV6_V6ONLY");
  if (how && !strcmp(how, "defer") && setsockopt(number, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds))
    fail("TCP_DEFER_ACCEPT");
  struct sockaddr_in6 name6 = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(port))};
  struct sockaddr_in name4 = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (is6 ? bind(number, (void *)&name6, sizeof name6) : bind(number, (void *)&name4, sizeof name4)) fail("bind");
  if (how && !strcmp(how, "fastopen") && setsockopt(number, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof queue))
    fail("TCP_FASTOPEN");
  if (listen(number, 512)) fail("listen");
  sockets[listeners++] = (struct pollfd){.fd = number, .events = POLLIN};
}

static void accept_from(int listener) {
  struct sockaddr_storage name = {0};
  socklen_t size = sizeof name;
  int number = accept4(listener, (void *)&name, &size, SOCK_CLOEXEC);
  if (number < 0) return;
  if (count == MAX) {
    close(number);
    return;
  }
  sockets[count] = (struct pollfd){.fd = number, .events = POLLIN};
  clients[count].length = 0;
  snprintf(clients[count].accepted, sizeof clients[count].accepted, "%s", text_of(&name));
  count++;
}

static void describe_option(char *text, int number, int level, int option, int wanted, int is32) {
  static unsigned char *buffer;
  static socklen_t *size;
  if (!buffer && !(buffer = low_memory(VALUE + MARGIN + sizeof *size))) fail("mmap");
  size = (void *)(buffer + VALUE + MARGIN);
  memset(buffer, 0xa5, VALUE + MARGIN);
  *size = wanted;
  errno = 0;
  int result;
  if (is32) {
    result = compat_call(COMPAT_GETSOCKOPT, number, level, option, (long)buffer, (long)size);
    if (result < 0) errno = -result, result = -1;
  } else {
    result = getsockopt(number, level, option, buffer, size);
  }
  text += sprintf(text, "%d %d %u ", result, errno, *size);
  for (int i = 0; i < wanted + MARGIN; i++) text += sprintf(text, "%02x", buffer[i]);
  sprintf(text, "\n");
}

static void describe_peer(char *text, int number, const char *accepted, int is32) {
  static struct { struct sockaddr_storage name; socklen_t size; } *peer;
  if (!peer && !(peer = low_memory(sizeof *peer))) fail("mmap");
  peer->size = sizeof peer->name;
  int error = is32 ? -compat_call(COMPAT_GETPEERNAME, number, (long)&peer->name, (long)&peer->size, 0, 0)
              : getpeername(number, (void *)&peer->name, &peer->size) ? errno : 0;
  sprintf(text, "%s %s\n", accepted, error ? strerror(error) : text_of(&peer->name));
}

static void answer(int number, const struct client *client, const char *line) {
  char text[2 * (VALUE + MARGIN) + 64];
  int level, option, wanted, is32 = 0;
  if (!strcmp(line, "wait")) return;
  if ((is32 = sscanf(line, "opt32 %d %d %d", &level, &option, &wanted) == 3) ||
      sscanf(line, "opt %d %d %d", &level, &option, &wanted) == 3) {
    if (wanted < 0 || wanted > VALUE) return;
    describe_option(text, number, level, option, wanted, is32);
  } else {
    describe_peer(text, number, client->accepted, !strcmp(line, "who32"));
  }
  if (write(number, text, strlen(text)) < 0) return;
}

/* Whether the connection goes on. */
static int serve(int index) {
  struct client *client = &clients[index];
  ssize_t got = read(sockets[index].fd, client->line + client->length, LINE - 1 - client->length);
  if (got <= 0) return 0;
  client->length += got;
  for (;;) {
    char *end = memchr(client->line, '\n', client->length);
    if (!end) return client->length < LINE - 1;
    *end = 0;
    answer(sockets[index].fd, client, client->line);
    client->length -= end + 1 - client->line;
    memmove(client->line, end + 1, client->length);
  }
}

int main(int words, char **word) {
  signal(SIGPIPE, SIG_IGN);
  for (int i = 1; i < words; i++) listen_as(word[i]);
  count = listeners;
  if (!count) return 64;
  puts("ready");
  fflush(stdout);
  for (;;) {
    if (poll(sockets, count, -1) < 0) fail("poll");
    for (int i = 0; i < listeners; i++)
      if (sockets[i].revents) accept_from(sockets[i].fd);
    for (int i = count - 1; i >= listeners; i--)
      if (sockets[i].revents && !serve(i)) {
        close(sockets[i].fd);
        sockets[i] = sockets[--count];
        clients[i] = clients[count];
      }
  }
}
