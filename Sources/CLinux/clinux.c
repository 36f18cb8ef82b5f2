// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const int clinux_CLONE_NEWNET = CLONE_NEWNET;
const int clinux_CLONE_NEWNS = CLONE_NEWNS;
const unsigned long clinux_TUNSETIFF = TUNSETIFF;

int clinux_probe_module_loading(void) {
  return syscall(SYS_finit_module, -1, "", 0) == 0 ? 0 : -errno;
}

int clinux_unshare(int flags) {
  return unshare(flags) == 0 ? 0 : -errno;
}

int clinux_setns(int fd, int type) {
  return setns(fd, type) == 0 ? 0 : -errno;
}

int clinux_name_thread(const char *name) {
  return -pthread_setname_np(pthread_self(), name);
}
