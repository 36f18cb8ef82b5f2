/* SPDX-License-Identifier: GPL-2.0-only */
/* The names in /proc/net that all TOA modules share. */
#ifndef TOA_PROC_H
#define TOA_PROC_H

/* -EBUSY, and a word in the kernel log, when there is a file at @path already. */
int toa_proc_check(const char *path);

#endif
