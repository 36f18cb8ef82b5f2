// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_probe_module_loading(void) {
  return syscall(SYS_finit_module, -1, "", 0) == 0 ? 0 : -errno;
}
