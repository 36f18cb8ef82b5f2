// SPDX-License-Identifier: Apache-2.0
/*
 * Nanoseconds of CPU time of single calls on an accepted connection: the median of some batches each, one line per call. Both ends are
 * in this process; whether the connection has a client's address is up to the cgroup it is started in.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 15, CALLS = 10000 };

static int connection;
static char buffer[4096];

static void call_getpeername(void) {
  struct sockaddr_storage name;
  socklen_t size = sizeof name;
  getpeername(connection, (void *)&name, &size);
}

static void call_getsockname(void) {
  struct sockaddr_storage name;
  socklen_t size = sizeof name;
  getsockname(connection, (void *)&name, &size);
}

static void call_type(void) {
  socklen_t size = 4;
  getsockopt(connection, SOL_SOCKET, SO_TYPE, buffer, &size);
}

static void call_type_page(void) {
  socklen_t size = sizeof buffer;
  getsockopt(connection, SOL_SOCKET, SO_TYPE, buffer, &size);
}

static void call_info(void) {
  socklen_t size = sizeof(struct tcp_info);
  getsockopt(connection, IPPROTO_TCP, TCP_INFO, buffer, &size);
}

static int by_value(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static void measure(const char *name, void (*call)(void)) {
  double times[BATCHES];
  for (int batch = 0; batch < BATCHES; batch++) {
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (int i = 0; i < CALLS; i++) call();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    times[batch] = ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / CALLS;
  }
  qsort(times, BATCHES, sizeof *times, by_value);
  printf("%s %.1f\n", name, times[BATCHES / 2]);
}

int main(int count, char **words) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  socklen_t size = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  if (count != 2 || inet_pton(AF_INET, words[1], &at.sin_addr) != 1) return 64;
  if (bind(listener, (void *)&at, size) || listen(listener, 1) || getsockname(listener, (void *)&at, &size) ||
      connect(client, (void *)&at, size) || (connection = accept(listener, NULL, NULL)) < 0) {
    perror("connect");
    return 1;
  }
  measure("getpeername", call_getpeername);
  measure("getsockopt-SO_TYPE", call_type);
  measure("getsockopt-SO_TYPE-4096", call_type_page);
  measure("getsockopt-TCP_INFO", call_info);
  measure("getsockname", call_getsockname);
  size = sizeof at;
  getpeername(connection, (void *)&at, &size);
  printf("# %s\n", inet_ntoa(at.sin_addr));
  return 0;
}
