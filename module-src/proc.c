// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "proc.h"

#include <linux/errno.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/printk.h>

/*
 * TOA modules make the same files, whatever they hook. The kernel would warn
 * and leave us without ours. Seen only by a loader in the initial network
 * namespace, where loaders are.
 */
int toa_proc_check(const char *path)
{
	struct path found;

	if (kern_path(path, 0, &found))
		return 0;
	path_put(&found);
	pr_err("there is a %s already: unload the other TOA module first\n",
	       path);
	return -EBUSY;
}
