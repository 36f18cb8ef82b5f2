// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions of some operations, without toa.ko and with each of some ways to load it. Only for the guest of
 * module.sh, where the time stamp counter counts the instructions of kernel and program, and nothing else.
 *
 *   module-cost ROUNDS {LABEL MODULE PARAMETERS}...     MODULE - is none
 *
 * Lines "cost ROUND LABEL MEDIAN MEAN ANSWER OPERATION". ANSWER is yes or no: has the client's address come out? "-"
 * where there is none to come. And "memory LABEL WHAT BYTES", from the last round.
 *
 * The median of all calls in a round repeats to a few instructions. It leaves out what happens at every so many calls
 * only: timer ticks, RCU, pages for slabs. That is in the mean, which does not repeat.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <glob.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../Tests/Module/guest/wire.h"

enum { CONNECTIONS = 250, SEGMENTS = 400, CALLS = 2500, HELD = 1000, WARM = 20 };

/* Client 192.0.2.7 or 2001:db8::7, port 12345. */
static const uint8_t option4[] = {254, 8, 0x30, 0x39, 192, 0, 2, 7};
static const uint8_t option6[] = {254, 20, 0x30, 0x39, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};

static int listener4, listener6, deferring;
static uint16_t port4, port6, deferred_port;

/* Connections that are open while single calls are measured. */
static struct {
  struct wire_connection wire;
  int fd;
} plain4, plain6, client4, client6, nat64, answered;

/* Of the operation that is measured. */
static enum { UNASKED, NO, YES } answer;

static void answers(bool client) { answer = client && answer != NO ? YES : NO; }

static bool is_client(const struct sockaddr_storage *address) {
  static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
  const struct sockaddr_in6 *sin6 = (const void *)address;
  const struct sockaddr_in *sin = (const void *)address;
  if (address->ss_family == AF_INET) return sin->sin_port == htons(12345) && !memcmp(&sin->sin_addr, option4 + 4, 4);
  if (sin6->sin6_port != htons(12345)) return false;
  if (!memcmp(&sin6->sin6_addr, mapped, 12)) return !memcmp(sin6->sin6_addr.s6_addr + 12, option4 + 4, 4);
  return !memcmp(&sin6->sin6_addr, option6 + 4, 16);
}

/* Packets with hand-made ACKs: accept() without waiting, as the packet has been worked through when write() returns. */
static int take(int listener, struct sockaddr_storage *address) {
  socklen_t size = sizeof *address;
  int fd = accept4(listener, (void *)address, &size, SOCK_CLOEXEC);
  if (fd < 0) die("accept");
  return fd;
}

static int open_wire(struct wire_connection *wire, const char *from, const void *option, size_t option_size,
                     struct sockaddr_storage *address) {
  bool ip6 = strchr(from, ':');
  wire_connection(wire, from, ip6 ? port6 : port4);
  if (!wire_connect(wire, 0, option, option_size, "", 0)) die("no SYN/ACK for %s", from);
  return take(ip6 ? listener6 : listener4, address);
}

static void wire_once(const char *from, const void *option, size_t option_size) {
  struct sockaddr_storage address;
  struct wire_connection wire;
  int fd = open_wire(&wire, from, option, option_size, &address);
  wire_reset(&wire);
  close(fd);
  if (option_size) answers(is_client(&address));
}

static void wire4(void) { wire_once(LB_IP4, "", 0); }
static void wire4_option(void) { wire_once(LB_IP4, option4, sizeof option4); }
static void wire6(void) { wire_once(LB_IP6, "", 0); }
static void wire6_option4(void) { wire_once(LB_IP6, option4, sizeof option4); }
static void wire6_option6(void) { wire_once(LB_IP6, option6, sizeof option6); }

/* The listener waits for data: the kernel throws the ACK with the option away. */
static void wire4_deferred(void) {
  struct sockaddr_storage address;
  struct wire_connection wire;
  int fd;
  wire_connection(&wire, LB_IP4, deferred_port);
  if (!wire_connect(&wire, 0, option4, sizeof option4, "", 0)) die("no SYN/ACK for the deferring listener");
  wire_send(&wire, ACK, "", 0, "x", 1);
  fd = take(deferring, &address);
  wire_reset(&wire);
  close(fd);
  answers(is_client(&address));
}

static void segment(const void *option, size_t option_size) {
  char byte;
  wire_send(&answered.wire, ACK, option, option_size, "x", 1);
  if (recv(answered.fd, &byte, 1, 0) != 1) die("no byte arrives");
}

static void segment_plain(void) { segment("", 0); }
static void segment_option(void) { segment(option4, sizeof option4); }

static void loopback(int family, int listener) {
  static const struct linger reset = {.l_onoff = 1};
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  int from = socket(family, SOCK_STREAM, 0), to;
  getsockname(listener, (void *)&address, &size);
  if (family == AF_INET) inet_pton(family, "127.0.0.1", &((struct sockaddr_in *)&address)->sin_addr);
  else inet_pton(family, "::1", &((struct sockaddr_in6 *)&address)->sin6_addr);
  if (connect(from, (void *)&address, size)) die("connect over loopback");
  to = take(listener, &address);
  setsockopt(to, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(to);
  close(from);
}

static void loopback4(void) { loopback(AF_INET, listener4); }
static void loopback6(void) { loopback(AF_INET6, listener6); }

static void peer(int fd, bool client) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getpeername(fd, (void *)&address, &size)) die("getpeername");
  if (client) answers(is_client(&address));
  else if (is_client(&address)) die("a client where there is none");
}

static void peer4(void) { peer(plain4.fd, false); }
static void peer6(void) { peer(plain6.fd, false); }
static void peer4_client(void) { peer(client4.fd, true); }
static void peer6_client(void) { peer(client6.fd, true); }

static void own(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (void *)&address, &size)) die("getsockname");
}

static void own4(void) { own(plain4.fd); }
static void own4_client(void) { own(client4.fd); }

static void udp(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) die("UDP socket");
  close(fd);
}

static void socket_type(void) {
  int type;
  socklen_t size = sizeof type;
  if (getsockopt(client4.fd, SOL_SOCKET, SO_TYPE, &type, &size)) die("SO_TYPE");
}

static void ask(int fd, int name) {
  uint8_t reply[20];
  socklen_t size = sizeof reply;
  answers(!getsockopt(fd, IPPROTO_IP, name, reply, &size));
}

static void ask_4096(void) { ask(nat64.fd, 4096); }
static void ask_1345(void) { ask(client4.fd, 1345); }

static const struct operation {
  const char *name;
  int count;
  void (*once)(void);
} operations[] = {
    {"TUN v4, no option", CONNECTIONS, wire4},
    {"TUN v4, 254/8", CONNECTIONS, wire4_option},
    {"TUN v4, 254/8, deferred", CONNECTIONS, wire4_deferred},
    {"TUN v6, no option", CONNECTIONS, wire6},
    {"TUN v6, 254/8", CONNECTIONS, wire6_option4},
    {"TUN v6, 254/20", CONNECTIONS, wire6_option6},
    {"loopback v4", CONNECTIONS, loopback4},
    {"loopback v6", CONNECTIONS, loopback6},
    {"segment, no option", SEGMENTS, segment_plain},
    {"segment, 254/8", SEGMENTS, segment_option},
    {"getpeername v4, no address", CALLS, peer4},
    {"getpeername v4, address", CALLS, peer4_client},
    {"getpeername v6, no address", CALLS, peer6},
    {"getpeername v6, address", CALLS, peer6_client},
    {"getsockname v4, no address", CALLS, own4},
    {"getsockname v4, address", CALLS, own4_client},
    {"getsockopt SO_TYPE", CALLS, socket_type},
    {"getsockopt 4096", CALLS, ask_4096},
    {"getsockopt 1345", CALLS, ask_1345},
    {"UDP socket, close", CALLS / 2, udp},
};

static int by_value(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

static void measure(const struct operation *operation, int round, const char *label) {
  static const char *const words[] = {[UNASKED] = "-", [NO] = "no", [YES] = "yes"};
  static uint64_t calls[CALLS];
  uint64_t first, last;
  int count = operation->count;
  for (int i = 0; i < WARM; i++) operation->once();
  answer = UNASKED;
  first = last = __rdtsc();
  for (int i = 0; i < count; i++) {
    uint64_t now;
    operation->once();
    now = __rdtsc();
    calls[i] = now - last;
    last = now;
  }
  qsort(calls, count, sizeof *calls, by_value);
  printf("cost %d %s %.1f %.1f %s %s\n", round, label, (calls[(count - 1) / 2] + calls[count / 2]) / 2.0,
         (double)(last - first) / count, words[answer], operation->name);
}

/* Bytes in all slabs, without those objects that only wait in a processor's own list for their next use. */
static long slabs(void) {
  char line[512];
  glob_t caches;
  long total = 0, objects, size;
  FILE *file;
  if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches)) die("/sys/kernel/slab");
  for (size_t i = 0; i < caches.gl_pathc; i++) write_file(caches.gl_pathv[i], "1");
  globfree(&caches);
  file = fopen("/proc/slabinfo", "r");
  if (!file) die("/proc/slabinfo");
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%*s %ld %*d %ld", &objects, &size) == 2) total += objects * size;
  fclose(file);
  return total;
}

/* What the kernel keeps for each of many open connections. */
static double held(const void *option, size_t option_size) {
  static struct wire_connection wires[HELD];
  static int fds[HELD];
  struct sockaddr_storage address;
  long before = slabs(), after;
  for (int i = 0; i < HELD; i++) fds[i] = open_wire(&wires[i], LB_IP4, option, option_size, &address);
  after = slabs();
  for (int i = 0; i < HELD; i++) {
    wire_reset(&wires[i]);
    close(fds[i]);
  }
  /* RCU hands the objects back. */
  sleep(10);
  return (double)(after - before) / HELD;
}

static void memory(const char *label, bool loaded) {
  char line[512], size[32];
  long tables = 0, bytes;
  FILE *file;
  held("", 0);
  printf("memory %s connection %.0f\n", label, held("", 0));
  printf("memory %s connection-with-option %.0f\n", label, held(option4, sizeof option4));
  if (!loaded) return;
  if (!read_file("/sys/module/toa/coresize", size, sizeof size)) die("coresize");
  printf("memory %s module %ld\n", label, atol(size));
  if (!(file = fopen("/proc/vmallocinfo", "r"))) die("/proc/vmallocinfo");
  while (fgets(line, sizeof line, file))
    if (strstr(line, "[toa]") && sscanf(line, "%*s %ld", &bytes) == 1) tables += bytes;
  fclose(file);
  printf("memory %s tables %ld\n", label, tables);
}

static void open_connections(void) {
  struct sockaddr_storage address;
  plain4.fd = open_wire(&plain4.wire, LB_IP4, "", 0, &address);
  plain6.fd = open_wire(&plain6.wire, LB_IP6, "", 0, &address);
  client4.fd = open_wire(&client4.wire, LB_IP4, option4, sizeof option4, &address);
  nat64.fd = open_wire(&nat64.wire, LB_IP4, option6, sizeof option6, &address);

  /* The server has said something, so that no module waits for an option any more. */
  answered.fd = open_wire(&answered.wire, LB_IP4, "", 0, &address);
  if (send(answered.fd, "x", 1, 0) != 1) die("no byte leaves");
  answered.wire.acknowledge++;

  client6.fd = open_wire(&client6.wire, LB_IP6, option6, sizeof option6, &address);
  if (is_client(&address)) return;
  /* A module that does not know 254/20. */
  wire_reset(&client6.wire);
  close(client6.fd);
  client6.fd = open_wire(&client6.wire, LB_IP6, option4, sizeof option4, &address);
}

static void close_connections(void) {
  wire_reset(&plain4.wire), close(plain4.fd);
  wire_reset(&plain6.wire), close(plain6.fd);
  wire_reset(&client4.wire), close(client4.fd);
  wire_reset(&nat64.wire), close(nat64.fd);
  wire_reset(&answered.wire), close(answered.fd);
  wire_reset(&client6.wire), close(client6.fd);
}

static void with(char **variant, int round, bool last) {
  bool module = strcmp(variant[1], "-");
  if (module && !module_load(variant[1], variant[2])) die("cannot load %s %s", variant[1], variant[2]);
  sleep(10);
  open_connections();
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) measure(&operations[i], round, variant[0]);
  close_connections();
  if (last) memory(variant[0], module);
  sleep(10);
  if (module && !module_unload()) die("cannot unload %s", variant[1]);
  fflush(stdout);
}

int main(int count, char **words) {
  static const struct rlimit files = {HELD + 100, HELD + 100};
  int rounds = count > 1 ? atoi(words[1]) : 0, variants = (count - 2) / 3, wait = 60;
  if (rounds < 1 || variants < 1 || (count - 2) % 3) return 64;
  setrlimit(RLIMIT_NOFILE, &files);
  wire_open("toa0");
  listener4 = listen_on(AF_INET, IPPROTO_TCP, "0.0.0.0", &port4);
  listener6 = listen_on(AF_INET6, IPPROTO_TCP, "::", &port6);
  deferring = listen_on(AF_INET, IPPROTO_TCP, "0.0.0.0", &deferred_port);
  setsockopt(deferring, IPPROTO_TCP, TCP_DEFER_ACCEPT, &wait, sizeof wait);
  /* What a booting kernel does late costs nothing when one waits for it: idle time is skipped. */
  sleep(30);
  for (int round = 0; round < rounds; round++)
    for (int i = 0; i < variants; i++) with(words + 2 + 3 * ((i + round) % variants), round, round == rounds - 1);
  return 0;
}
