/* SPDX-License-Identifier: GPL-2.0-only */
/* The source addresses from which an option is believed: parameter "trusted". */
#ifndef TOA_TRUST_H
#define TOA_TRUST_H

#include <linux/types.h>

struct sk_buff;

/* Trusts the default prefixes when the parameter was not given. */
int toa_trust_init(void);
/* Last of all; also when loading fails. */
void toa_trust_exit(void);

/*
 * Does @skb, whose IP header is still there, come from a trusted source?
 * Under rcu_read_lock().
 */
bool toa_trusted(const struct sk_buff *skb);

#endif
