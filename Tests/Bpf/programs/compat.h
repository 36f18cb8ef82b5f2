/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of a 32-bit program, made by a 64-bit one: the kernel cannot tell them apart. Pointers must lie below 4 GB, as
 * what low_memory() gives does.
 */
#ifndef TOA_BENCH_COMPAT_H
#define TOA_BENCH_COMPAT_H

#include <stddef.h>
#include <sys/mman.h>

enum { COMPAT_GETSOCKOPT = 365, COMPAT_GETPEERNAME = 368 };

#ifdef __x86_64__
/* The result, or errno as a negative number. */
static inline int compat_call(int number, int a, long b, long c, long d, long e) {
  int result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"((long)a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static inline void *low_memory(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}
#else
#include <errno.h>
static inline int compat_call(int number, int a, long b, long c, long d, long e) {
  (void)number, (void)a, (void)b, (void)c, (void)d, (void)e;
  return -ENOSYS;
}
static inline void *low_memory(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}
#endif

#endif
