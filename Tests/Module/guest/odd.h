/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets to which somebody else in the kernel has done something. */
#ifndef ODD_H
#define ODD_H

#include "judge.h"

/* Whatever of it this kernel has; says on standard output what it has not. */
void odd_sockets(const struct listener *ip4, const struct listener *dual);

/* Kernel TLS with keys; false, and errno, when the kernel has none. */
bool make_tls(int fd);

/* A BPF sockmap with @fd in it; -1 when the kernel refuses. */
int put_into_sockmap(int fd);

#endif
