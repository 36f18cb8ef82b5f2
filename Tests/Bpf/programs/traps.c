// SPDX-License-Identifier: Apache-2.0
/*
 * Makes getsockopt calls that are no business of TOA's and prints what each of them did: result, errno, returned length and
 * a hash of the whole buffer, which was filled with a pattern before. With and without a getsockopt program on the cgroup
 * the output must be the same, byte by byte. Self-contained: link it statically and it runs in any guest.
 *
 * What differs by nature is not printed: of TCP_INFO only the result and the length.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 65536, MARGIN = 64, PORT = 40000, CLIENT_PORT = 40001 };

static unsigned char buffer[BUFFER + MARGIN];
/* Ends where a page ends that nothing follows. */
static unsigned char *page_end;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* FNV-1a, eight bytes at a time; all sizes here are multiples of that. */
static uint32_t hash_of(const unsigned char *bytes, size_t size) {
  uint64_t hash = 14695981039346656037u, word;
  for (; size; bytes += 8, size -= 8) {
    memcpy(&word, bytes, 8);
    hash = (hash ^ word) * 1099511628211u;
    hash ^= hash >> 29;
  }
  return hash ^ hash >> 32;
}

static void print_call(const char *socket, const char *call, int length, int result, int error, int returned, uint32_t hash) {
  printf("%-10s %-28s %6d: %d %d %d %08x\n", socket, call, length, result, error, returned, hash);
}

static void try_length(const char *name, int number, const char *call, int level, int option, int length) {
  int masked = level == IPPROTO_TCP && option == TCP_INFO;
  socklen_t size = length;
  for (size_t i = 0; i < sizeof buffer; i++) buffer[i] = i * 37 + 11;
  errno = 0;
  int result = getsockopt(number, level, option, buffer, &size);
  int error = errno;
  print_call(name, call, length, result, error, size, masked && !result ? 0 : hash_of(buffer, sizeof buffer));
}

/* Buffers that are not there, or only in part. */
static void try_bad_memory(const char *name, int number, const char *call, int level, int option) {
  static const struct { int mapped, length; } edges[] = {{4, 4}, {4, 4096}, {4, 8192}, {0, 4}, {16, 4097}};
  socklen_t size = 4;
  char label[64];
  if (level == IPPROTO_TCP && option == TCP_INFO) return;
  errno = 0;
  int result = getsockopt(number, level, option, NULL, &size);
  snprintf(label, sizeof label, "%s NULL", call);
  print_call(name, label, 4, result, errno, size, 0);
  errno = 0;
  result = getsockopt(number, level, option, buffer, NULL);
  snprintf(label, sizeof label, "%s no length", call);
  print_call(name, label, 0, result, errno, 0, 0);
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
    unsigned char *at = page_end - edges[i].mapped;
    memset(page_end - 64, 0xa5, 64);
    size = edges[i].length;
    errno = 0;
    result = getsockopt(number, level, option, at, &size);
    int error = errno;
    snprintf(label, sizeof label, "%s edge %d", call, edges[i].mapped);
    print_call(name, label, edges[i].length, result, error, size, hash_of(page_end - 64, 64));
  }
}

static void try_all(const char *name, int number) {
  static const struct { const char *call; int level, option; } calls[] = {
      {"SO_TYPE", SOL_SOCKET, SO_TYPE},
      {"SO_ERROR", SOL_SOCKET, SO_ERROR},
      {"SO_LINGER", SOL_SOCKET, SO_LINGER},
      {"SO_PEERNAME", SOL_SOCKET, SO_PEERNAME},
      {"SO_PEERSEC", SOL_SOCKET, SO_PEERSEC},
      {"SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE},
      {"SO_GET_FILTER", SOL_SOCKET, SO_GET_FILTER},
      {"SO_PASSCRED", SOL_SOCKET, SO_PASSCRED},
      {"SOL_SOCKET 4096", SOL_SOCKET, 4096},
      {"SOL_SOCKET 9999", SOL_SOCKET, 9999},
      {"TCP_INFO", IPPROTO_TCP, TCP_INFO},
      {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY},
      {"TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION},
      {"TCP_ULP", IPPROTO_TCP, 31},
      {"TCP_ZEROCOPY_RECEIVE", IPPROTO_TCP, 35},
      {"IPPROTO_TCP 1345", IPPROTO_TCP, 1345},
      {"IP_TTL", IPPROTO_IP, IP_TTL},
      {"IP_OPTIONS", IPPROTO_IP, IP_OPTIONS},
      {"IP_PKTOPTIONS", IPPROTO_IP, 9},
      {"IP_MSFILTER", IPPROTO_IP, 41},
      {"IPT_SO_GET_INFO", IPPROTO_IP, 64},
      {"SO_ORIGINAL_DST", IPPROTO_IP, 80},
      {"IPPROTO_IP 0", IPPROTO_IP, 0},
      {"IPPROTO_IP 1344", IPPROTO_IP, 1344},
      {"IPPROTO_IP 4095", IPPROTO_IP, 4095},
      {"IPPROTO_IP 4096", IPPROTO_IP, 4096},
      {"IPPROTO_IP 1345", IPPROTO_IP, 1345},
      {"IPPROTO_IP -1", IPPROTO_IP, -1},
      {"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY},
      {"IPV6_PKTOPTIONS", IPPROTO_IPV6, 6},
      {"IPPROTO_IPV6 4096", IPPROTO_IPV6, 4096},
      {"level 255", 255, 4096},
      {"level -1", -1, 1},
  };
  static const int lengths[] = {-1, 0, 1, 2, 3, 4, 8, 15, 16, 17, 18, 19, 20, 21, 24, 64, 104, 256, 4095, 4096, 4097, 8192, 65536};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++)
      try_length(name, number, calls[i].call, calls[i].level, calls[i].option, lengths[j]);
    try_bad_memory(name, number, calls[i].call, calls[i].level, calls[i].option);
  }
}

/* Both ends of a connection from a port that is always the same, so that names are the same in each run. */
static void connect_pair(int family, int protocol, int mapped, int ends[3]) {
  struct linger reset = {.l_onoff = 1};
  int one = 1, zero = 0;
  int client_family = mapped ? AF_INET : family;
  struct sockaddr_in6 at6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr_in at4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in6 any6 = {.sin6_family = AF_INET6};
  void *at = client_family == AF_INET6 ? (void *)&at6 : (void *)&at4;
  void *bound = mapped ? (void *)&any6 : at;
  ends[0] = socket(family, SOCK_STREAM, protocol);
  ends[1] = socket(client_family, SOCK_STREAM, 0);
  if (ends[0] < 0 || ends[1] < 0) fail("socket");
  for (int i = 0; i < 2; i++) {
    setsockopt(ends[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(ends[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  if (family == AF_INET6) setsockopt(ends[0], IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
  at6.sin6_port = at4.sin_port = any6.sin6_port = htons(PORT);
  if (bind(ends[0], bound, family == AF_INET6 ? sizeof at6 : sizeof at4) || listen(ends[0], 8)) fail("listen");
  at6.sin6_port = at4.sin_port = htons(CLIENT_PORT);
  if (bind(ends[1], at, client_family == AF_INET6 ? sizeof at6 : sizeof at4)) fail("bind");
  at6.sin6_port = at4.sin_port = htons(PORT);
  if (connect(ends[1], at, client_family == AF_INET6 ? sizeof at6 : sizeof at4)) fail("connect");
  ends[2] = accept(ends[0], NULL, NULL);
  if (ends[2] < 0 || write(ends[1], "data", 4) != 4) fail("accept");
}

static void try_pair(const char *name, int family, int protocol, int mapped) {
  char label[32];
  int ends[3];
  connect_pair(family, protocol, mapped, ends);
  snprintf(label, sizeof label, "%s-listen", name);
  try_all(label, ends[0]);
  snprintf(label, sizeof label, "%s-client", name);
  try_all(label, ends[1]);
  try_all(name, ends[2]);
  close(ends[1]);
  usleep(20000);
  snprintf(label, sizeof label, "%s-reset", name);
  try_all(label, ends[2]);
  close(ends[2]);
  close(ends[0]);
}

int main(void) {
  int pair[2];
  unsigned char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || munmap(pages + 4096, 4096)) fail("mmap");
  page_end = pages + 4096;
  try_pair("tcp4", AF_INET, 0, 0);
  try_pair("tcp6", AF_INET6, 0, 0);
  try_pair("dual", AF_INET6, 0, 1);
  try_all("udp4", socket(AF_INET, SOCK_DGRAM, 0));
  try_all("udp6", socket(AF_INET6, SOCK_DGRAM, 0));
  try_all("raw4", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  try_all("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) fail("socketpair");
  try_all("unix", pair[0]);
  try_all("no socket", STDIN_FILENO);
  try_all("closed", -1);
  return 0;
}
