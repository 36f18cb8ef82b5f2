/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: a lock that is already held will never be given back. */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <stdlib.h>

struct mutex {
	int held;
};

#define DEFINE_MUTEX(name) struct mutex name

static inline void mutex_lock(struct mutex *mutex)
{
	if (mutex->held++)
		abort();
}

static inline void mutex_unlock(struct mutex *mutex)
{
	if (--mutex->held)
		abort();
}

#endif
