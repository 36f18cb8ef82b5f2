/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before everything else: stands for those of the module's own
 * headers that are about a kernel.
 */
#define TOA_COMPAT_H
#define TOA_HOOKS_H

/* Kernels free what a parameter holds by themselves. */
#define TOA_FREE_PARAMETER(name)

int toa_hooks_elsewhere_start(void);
void toa_hooks_elsewhere_stop(void);
