/* SPDX-License-Identifier: GPL-2.0-only */
/* The vendors' socket calls, getsockopt() at level IPPROTO_IP. */
#ifndef TOA_SOCKOPT_H
#define TOA_SOCKOPT_H

/*
 * From now on answers these calls (bits of enum toa_call) and no others. One
 * that another module answers is left out, and said. Not from two tasks.
 */
void toa_sockopt_answer(unsigned int calls);

/* "4096,1345", "4096", "1345" or "none" */
const char *toa_sockopt_answered(void);

#endif
