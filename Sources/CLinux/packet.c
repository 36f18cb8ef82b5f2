// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/// Bytes that wait to be read: a burst of some 50,000 handshakes.
static const int receive_buffer = 32 << 20;

int clinux_open_packet_socket(const struct sock_filter *filter, unsigned short length, uint32_t interface) {
  const int yes = 1;
  const struct sock_fprog program = {.len = length, .filter = (struct sock_filter *)filter};
  const struct sockaddr_ll address = {
    .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface};
  /* Protocol 0 gets nothing; bind() begins. */
  const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0) return -errno;
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &yes, sizeof(yes)) < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof(yes)) < 0)
    goto fail;
  /* Without CAP_NET_ADMIN the limit of the system holds. */
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof(receive_buffer)) < 0)
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) goto fail;
  return fd;

fail: {
  const int error = errno;

  close(fd);
  return -error;
}
}

int clinux_drop_everything(int fd) {
  struct sock_filter nothing = {.code = BPF_RET | BPF_K, .k = 0};
  const struct sock_fprog program = {.len = 1, .filter = &nothing};

  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno : 0;
}

long clinux_receive_packet(int fd, void *bytes, size_t size, struct clinux_packet *packet) {
  _Alignas(struct cmsghdr) char control[256];
  struct sockaddr_ll from = {0};
  struct iovec vector = {.iov_base = bytes, .iov_len = size};
  struct msghdr message = {
    .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &vector, .msg_iovlen = 1,
    .msg_control = control, .msg_controllen = sizeof(control)};
  const ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT);

  if (count < 0) return -errno;
  *packet = (struct clinux_packet){
    .interface = (uint32_t)from.sll_ifindex, .length = (uint32_t)count, .type = from.sll_pkttype};
  for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_PACKET && part->cmsg_type == PACKET_AUXDATA) {
      struct tpacket_auxdata data;

      memcpy(&data, CMSG_DATA(part), sizeof(data));
      /* tp_net and tp_mac are 0 here: the length is that from the network header on. */
      packet->length = data.tp_len;
    } else if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;

      memcpy(&time, CMSG_DATA(part), sizeof(time));
      packet->time = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    }
  }
  return count;
}

int clinux_lost_packets(int fd) {
  struct tpacket_stats statistics;
  socklen_t length = sizeof(statistics);

  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0) return -errno;
  return (int)(statistics.tp_drops & 0x7fffffff);
}
