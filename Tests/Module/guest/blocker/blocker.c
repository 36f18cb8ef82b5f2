// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes inet_getname() the way a live patch does, and changes nothing: with
 * it, toa.ko cannot redirect functions.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/sock.h>
#include <net/inet_common.h>

static void notrace leave_alone(unsigned long ip, unsigned long caller,
				struct ftrace_ops *ops, void *regs)
{
}

static struct ftrace_ops blocker_ops = {
	.func = (ftrace_func_t)leave_alone,
	/* arm64 has no registers to save since 6.2, and needs none. */
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED,
};

static int __init blocker_init(void)
{
	int err;

	err = ftrace_set_filter_ip(&blocker_ops, (unsigned long)inet_getname,
				   0, 0);
	return err ? err : register_ftrace_function(&blocker_ops);
}

static void __exit blocker_exit(void)
{
	unregister_ftrace_function(&blocker_ops);
	ftrace_set_filter_ip(&blocker_ops, (unsigned long)inet_getname, 1, 0);
}

module_init(blocker_init);
module_exit(blocker_exit);

MODULE_DESCRIPTION("Stands in for a live patch of inet_getname()");
MODULE_LICENSE("GPL");
