/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FENTRY_H
#define FENTRY_H

/* A BPF program that does nothing, until the descriptor is closed; -1 and errno. */
int fentry_attach(const char *function);

#endif
