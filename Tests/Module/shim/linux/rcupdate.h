/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread, that is never in the middle of reading: nobody to wait for. */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#include <linux/slab.h>

struct rcu_head {
	void *unused[2];
};

#define __rcu

#define rcu_read_lock() do { } while (0)
#define rcu_read_unlock() do { } while (0)
#define rcu_dereference(pointer) (pointer)
#define rcu_dereference_protected(pointer, condition) (pointer)
#define rcu_access_pointer(pointer) (pointer)
#define rcu_assign_pointer(pointer, value) ((pointer) = (value))
#define kfree_rcu(pointer, member) kfree(pointer)

#endif
