// SPDX-License-Identifier: Apache-2.0
/*
 * many SERVER-CGROUP CLIENT-CGROUP ADDRESS PORT COUNT CLIENT
 *
 * Makes COUNT connections from one cgroup to a server in the other one. Connection number N (1...) has the socket mark N,
 * which the injector writes as port into its option, and sends N as its first data. The server demands that accept() and
 * getpeername() both answer CLIENT:N. Prints what it counted; ends with 0 when all of it is right.
 * CLIENT is an address as text. ADDRESS decides the family: IPv4 to an AF_INET socket, or to an AF_INET6 one when CLIENT
 * begins with ::ffff:, IPv6 to an AF_INET6 one.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, LARGEST = 65535, PATIENCE_MS = 20000 };

static int listener, count, is6_listener;
static struct sockaddr_storage target;
static socklen_t target_size;
static struct in6_addr wanted;
static atomic_int next, done, wrong_accept, wrong_name, twice, broken;
static atomic_bool seen[LARGEST + 1];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void move_to(const char *cgroup) {
  char path[512];
  snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
  int file = open(path, O_WRONLY);
  if (file < 0 || write(file, "0", 1) != 1) fail(path);
  close(file);
}

/* As IPv6, IPv4 mapped only where the application itself sees it so. */
static struct in6_addr address_of(const struct sockaddr_storage *name) {
  struct in6_addr all = {0};
  if (name->ss_family == AF_INET6) return ((const struct sockaddr_in6 *)name)->sin6_addr;
  memcpy(&all, &((const struct sockaddr_in *)name)->sin_addr, 4);
  return all;
}

static int is_client(const struct sockaddr_storage *name, unsigned number) {
  struct in6_addr address = address_of(name);
  return name->ss_family == (is6_listener ? AF_INET6 : AF_INET) && !memcmp(&address, &wanted, sizeof wanted) &&
         ntohs(((const struct sockaddr_in *)name)->sin_port) == number;
}

static int read_all(int file, void *bytes, size_t size) {
  struct pollfd ready = {.fd = file, .events = POLLIN};
  return poll(&ready, 1, PATIENCE_MS) == 1 && recv(file, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

static void serve(int connection, const struct sockaddr_storage *accepted) {
  unsigned number = 0;
  struct sockaddr_storage name = {0};
  socklen_t size = sizeof name;
  if (!read_all(connection, &number, sizeof number) || !number || number > (unsigned)count) {
    broken++;
    return;
  }
  if (!is_client(accepted, number)) wrong_accept++;
  if (getpeername(connection, (void *)&name, &size) || !is_client(&name, number)) wrong_name++;
  if (atomic_exchange(&seen[number], true)) twice++;
  done++;
  if (write(connection, "k", 1) != 1) broken++;
}

static void *serve_all(void *unused) {
  (void)unused;
  for (;;) {
    struct sockaddr_storage name = {0};
    socklen_t size = sizeof name;
    int connection = accept4(listener, (void *)&name, &size, SOCK_CLOEXEC);
    if (connection < 0) return NULL;
    serve(connection, &name);
    close(connection);
  }
}

/* RST at the end, so that no port is kept in TIME_WAIT. */
static int connect_as(unsigned number) {
  struct linger reset = {.l_onoff = 1};
  char answer;
  int connection = socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int fine = connection >= 0 && !setsockopt(connection, SOL_SOCKET, SO_MARK, &number, sizeof number) &&
             !setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) &&
             !connect(connection, (void *)&target, target_size) &&
             write(connection, &number, sizeof number) == sizeof number && read_all(connection, &answer, 1);
  if (!fine) fprintf(stderr, "connection %u: %s\n", number, strerror(errno));
  if (connection >= 0) close(connection);
  return fine;
}

static void *connect_all(void *unused) {
  (void)unused;
  for (int number = ++next; number <= count; number = ++next)
    if (!connect_as(number) && ++broken > 10) break;
  return NULL;
}

static void run(void *(*work)(void *)) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, work, NULL)) fail("pthread_create");
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static double cpu_seconds(int whose) {
  struct rusage used;
  getrusage(whose, &used);
  return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void listen_here(void) {
  int one = 1;
  listener = socket(is6_listener ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = ((struct sockaddr_in *)&target)->sin_port};
  struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = any6.sin6_port};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (is6_listener ? bind(listener, (void *)&any6, sizeof any6) : bind(listener, (void *)&any4, sizeof any4)) fail("bind");
  if (listen(listener, 4096)) fail("listen");
}

static void *stop_at_end(void *pipe) {
  char byte;
  if (read(*(int *)pipe, &byte, 1) < 0) perror("pipe");
  /* The client is done: whatever still waits in accept() is woken. */
  shutdown(listener, SHUT_RDWR);
  return NULL;
}

static int be_server(const char *cgroup, int ready, int end) {
  pthread_t watcher;
  move_to(cgroup);
  listen_here();
  if (write(ready, "r", 1) != 1 || pthread_create(&watcher, NULL, stop_at_end, &end)) fail("server");
  run(serve_all);
  printf("%d connections, accept wrong %d, getpeername wrong %d, twice %d, broken %d\n", done, wrong_accept, wrong_name,
         twice, broken);
  return done != count || wrong_accept || wrong_name || twice || broken;
}

int main(int words, char **word) {
  struct in_addr ip4;
  int ready[2], end[2], status = 1;
  char byte;
  if (words != 7) return 64;
  count = atoi(word[5]);
  if (count < 1 || count > LARGEST) return 64;
  struct sockaddr_in *target4 = (void *)&target;
  struct sockaddr_in6 *target6 = (void *)&target;
  target4->sin_port = htons(atoi(word[4]));
  if (inet_pton(AF_INET, word[3], &target4->sin_addr) == 1) target.ss_family = AF_INET, target_size = sizeof *target4;
  else if (inet_pton(AF_INET6, word[3], &target6->sin6_addr) == 1) target.ss_family = AF_INET6, target_size = sizeof *target6;
  else return 64;
  is6_listener = strchr(word[6], ':') != NULL;
  if (inet_pton(AF_INET, word[6], &ip4) == 1) memcpy(&wanted, &ip4, 4);
  else if (inet_pton(AF_INET6, word[6], &wanted) != 1) return 64;

  if (pipe2(ready, O_CLOEXEC) || pipe2(end, O_CLOEXEC)) fail("pipe");
  pid_t server = fork();
  if (!server) {
    close(end[1]);
    return be_server(word[1], ready[1], end[0]);
  }
  close(ready[1]);
  close(end[0]);
  move_to(word[2]);
  struct timespec from, to;
  if (read(ready[0], &byte, 1) != 1) fail("the server did not start");
  clock_gettime(CLOCK_MONOTONIC, &from);
  run(connect_all);
  clock_gettime(CLOCK_MONOTONIC, &to);
  close(end[1]);
  waitpid(server, &status, 0);
  printf("client broken %d, %.2f us CPU each, %.2f s\n", broken,
         (cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN)) / count * 1e6,
         to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9);
  return status || broken;
}
