// SPDX-License-Identifier: Apache-2.0
// System calls and constants of Linux that Swift cannot reach itself. Every function returns >= 0 or -errno.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stddef.h>
#include <stdint.h>

/// Linux: finit_module(2) on a bad descriptor, which changes nothing and tells whether this process may load modules:
/// -ENOSYS no module support, -EPERM not allowed, -EBADF allowed.
int clinux_probe_module_loading(void);

/// unshare(2): moves the calling thread, and no other, into new namespaces of the kinds in `flags`.
int clinux_unshare(int flags);

/// setns(2): moves the calling thread into the namespace that `fd` refers to; `type` is its CLONE_NEW* kind, 0 for any.
int clinux_setns(int fd, int type);

/// Names the calling thread, as /proc/self/task/*/comm shows it: at most 15 bytes, longer names are refused.
int clinux_name_thread(const char *name);

/// CLONE_NEWNET, hidden behind _GNU_SOURCE in <sched.h>.
extern const int clinux_CLONE_NEWNET;
/// CLONE_NEWNS.
extern const int clinux_CLONE_NEWNS;

/// TUNSETIFF, a macro that Swift does not import.
extern const unsigned long clinux_TUNSETIFF;

/// SIGINT, SIGTERM and SIGHUP from now on only write their number into a pipe; returns its reading end, -EALREADY at a second
/// call.
int clinux_signal_pipe(void);

/// What comes with a packet of a packet(7) socket.
struct clinux_packet {
  /// Nanoseconds since 1970.
  int64_t time;
  /// Number of the interface.
  uint32_t interface;
  /// Bytes that it had before the filter cut it.
  uint32_t length;
  /// PACKET_HOST, PACKET_OUTGOING and others.
  uint8_t type;
};

/// packet(7): a socket that gets the packets of all interfaces, or of one, that pass a filter, each from its network header on; none
/// from before the filter was there. The descriptor, or -errno.
int clinux_open_packet_socket(const struct sock_filter *filter, unsigned short length, uint32_t interface);

/// A filter by which a socket drops every packet that comes for it, unanswered: 0, or -errno.
int clinux_drop_everything(int fd);

/// recvmsg(2) on such a socket, without waiting: the bytes kept, or -errno.
long clinux_receive_packet(int fd, void *bytes, size_t size, struct clinux_packet *packet);

/// PACKET_STATISTICS: the packets that were lost since the last call because nobody read them in time, or -errno.
int clinux_lost_packets(int fd);

#endif
