// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers one getsockopt() of level IPPROTO_IP, as somebody else's TOA module
 * does: with an error that nobody else gives.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/netfilter.h>

static int name = 1345;
module_param(name, int, 0444);

static int get(struct sock *sk, int optname, void __user *answer, int *length)
{
	return -EXDEV;
}

static struct nf_sockopt_ops claim = {
	.pf = PF_INET,
	.get = get,
	.owner = THIS_MODULE,
};

static int __init claimer_init(void)
{
	claim.get_optmin = name;
	claim.get_optmax = name + 1;
	return nf_register_sockopt(&claim);
}

static void __exit claimer_exit(void)
{
	nf_unregister_sockopt(&claim);
}

module_init(claimer_init);
module_exit(claimer_exit);

MODULE_DESCRIPTION("Stands in for another module's socket calls");
MODULE_LICENSE("GPL");
