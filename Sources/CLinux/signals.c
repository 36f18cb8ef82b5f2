// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int write_end = -1;

static void tell(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  if (write(write_end, &byte, 1) < 0) {
    // The pipe is full: somebody will read about an earlier signal.
  }
  errno = saved;
}

int clinux_signal_pipe(void) {
  int ends[2];
  if (write_end >= 0) return -EALREADY;
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -errno;
  write_end = ends[1];
  // A handler, not SIG_IGN: exec gives children the default back.
  struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, NULL);
  return ends[0];
}
