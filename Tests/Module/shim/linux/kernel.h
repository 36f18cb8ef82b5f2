/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/types.h>
#include <string.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE_SIZE 4096

#define min_t(type, a, b) ({				\
	type min_a = (a);				\
	type min_b = (b);				\
	min_a < min_b ? min_a : min_b;			\
})

/* One thread: a load is a load. */
#define READ_ONCE(place) (place)
#define WRITE_ONCE(place, value) ((place) = (value))

/*
 * Formats the line, so that the sanitizer sees what it reads, and throws it
 * away.
 */
void shim_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#ifndef pr_fmt
#define pr_fmt(format) format
#endif
#define pr_err(format, ...) shim_log(pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) shim_log(pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) shim_log(pr_fmt(format), ##__VA_ARGS__)

int scnprintf(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Decimal only, which is all that is asked for. */
int kstrtouint(const char *text, unsigned int base, unsigned int *value);

#endif
