// SPDX-License-Identifier: Apache-2.0
// Ends the guest: writes CODE to QEMU's isa-debug-exit device, whereupon QEMU exits with CODE * 2 + 1.
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

int main(int argc, char **argv) {
  if (argc != 2 || iopl(3)) {
    perror("debug-exit");
    return 1;
  }
  outb(atoi(argv[1]), 0xf4);
  return 1;
}
