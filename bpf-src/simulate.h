/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* What simulate.bpf.c and user space share: the map's value. */
#ifndef TOA_BPF_SIMULATE_H
#define TOA_BPF_SIMULATE_H

#include <linux/types.h>

/* As many bytes of options as a TCP header has. */
#define TOA_OPTION_ROOM 40

/* Value of `simulation`. */
struct toa_simulation {
	/* Whether the SYN carries the option, too. */
	__u32 in_syn;
	/* Connections that carry the option. */
	__u32 simulated;
	/* Connections that do not, as they leave for public addresses. */
	__u32 refused;
	/* Segments whose header had no room left. */
	__u32 crowded;
	/* The last public address, in network order; IPv4 in its last word. */
	__u32 refused_address[4];
	/* The option with its kind and length. */
	__u8 option[TOA_OPTION_ROOM];
};

#endif
