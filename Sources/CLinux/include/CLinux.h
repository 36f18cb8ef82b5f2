// SPDX-License-Identifier: Apache-2.0
// System calls and constants of Linux that Swift cannot reach itself. Every function returns >= 0 or -errno.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>

/// Linux: finit_module(2) on a bad descriptor, which changes nothing and tells whether this process may load modules:
/// -ENOSYS no module support, -EPERM not allowed, -EBADF allowed.
int clinux_probe_module_loading(void);

#endif
