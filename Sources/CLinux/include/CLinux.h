// SPDX-License-Identifier: Apache-2.0
// System calls and constants of Linux that Swift cannot reach itself. Every function returns >= 0 or -errno.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>

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

#endif
