// SPDX-License-Identifier: Apache-2.0
// Ends the guest: QEMU exits with CODE * 2 + 1. On x86 that is what its isa-debug-exit device makes of CODE; arm64 asks for it
// by semihosting, a trap that QEMU answers itself.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__aarch64__)
static int leave(uint64_t code) {
  // SYS_EXIT with the reason ADP_Stopped_ApplicationExit.
  uint64_t block[] = {0x20026, code * 2 + 1};
  register uint64_t operation __asm__("x0") = 0x18;
  register uint64_t *argument __asm__("x1") = block;
  __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
  return 1;
}
#else
#include <sys/io.h>

static int leave(uint64_t code) {
  if (iopl(3)) {
    perror("debug-exit");
    return 1;
  }
  outb((uint8_t)code, 0xf4);
  return 1;
}
#endif

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: debug-exit CODE\n");
    return 1;
  }
  return leave((uint64_t)atoi(argv[1]));
}
