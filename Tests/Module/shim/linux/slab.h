/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/err.h>
#include <linux/types.h>

#define GFP_KERNEL 0

void *kzalloc(size_t size, int flags);
void kfree(const void *memory);

/* The next allocation fails, and only that one. */
extern bool shim_out_of_memory;

/* Pieces that are in use. */
extern int shim_allocated;

#endif
