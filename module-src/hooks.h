/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The places where TOA looks into the kernel, and the two ways to get there:
 * ftrace redirection, else kretprobes.
 */
#ifndef TOA_HOOKS_H
#define TOA_HOOKS_H

#include "compat.h"

/*
 * The kernel's own functions, one set for each address family; a set is empty
 * where the kernel runs without that family.
 */
struct toa_functions {
	toa_syn_recv_sock_t syn_recv_sock;
	toa_getname_t getname;
	void (*destruct)(struct sock *sk);
};

enum {
	TOA_IP4,
	TOA_IP6,
	TOA_FAMILIES,
};

extern struct toa_functions toa_functions[TOA_FAMILIES];

/* Reads these functions; to be called once, before all others. */
int toa_hooks_find(void);

int toa_hooks_start(void);
/* When it returns, nobody runs in our code and nobody will. */
void toa_hooks_stop(void);

/*
 * Also sees what is not in the segment that makes a socket: where TCP reads
 * options. Between start and stop, not from two tasks.
 */
int toa_hooks_elsewhere_start(void);
void toa_hooks_elsewhere_stop(void);

/* "ftrace" or "kretprobe" */
const char *toa_hooks_name(void);

/* Calls that the kernel could not report to us. */
unsigned long toa_hooks_missed(void);

/* The two ways. Each fails without a trace, or must be stopped. */
int toa_redirect_start(void);
void toa_redirect_stop(void);
int toa_redirect_elsewhere_start(void);
void toa_redirect_elsewhere_stop(void);

int toa_kretprobe_start(void);
void toa_kretprobe_stop(void);
int toa_kretprobe_elsewhere_start(void);
void toa_kretprobe_elsewhere_stop(void);
unsigned long toa_kretprobe_missed(void);

/* The function that is seen for elsewhere; it is no longer exported. */
#define TOA_PARSE_OPTIONS "tcp_parse_options"

/*
 * No task is between one of our instructions and the next one any more, when
 * nobody can get there anew.
 */
void toa_wait_for_tasks(void);

#endif
