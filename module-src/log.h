/* SPDX-License-Identifier: GPL-2.0-only */
/* A line for each connection with an option, when dynamic debug asks for it. */
#ifndef TOA_LOG_H
#define TOA_LOG_H

#include <linux/types.h>

struct sock;
struct toa_finding;

/* @added: whether @sk has the client now. */
void toa_log_finding(const struct sock *sk, const struct toa_finding *finding,
		     bool added);

#endif
