// SPDX-License-Identifier: Apache-2.0
// Declares the random pool filled. A test guest has no source of entropy, and on old kernels getrandom(2) would
// block for minutes. The numbers drawn here are predictable: for tests only.
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

int main(void) {
  int random = open("/dev/urandom", O_RDWR);
  struct rand_pool_info *pool = calloc(1, sizeof *pool + 512);
  pool->entropy_count = 4096;
  pool->buf_size = 512;
  for (int i = 0; i < 128; i++) pool->buf[i] = (unsigned)i * 2654435761u;
  if (random < 0 || ioctl(random, RNDADDENTROPY, pool)) {
    perror("seed-entropy");
    return 1;
  }
  return 0;
}
