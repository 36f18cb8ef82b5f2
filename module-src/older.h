/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the newest kernel has and older ones do not, under the same name, so
 * that all other files can be written for the newest. Comes after the
 * kernel's headers.
 */
#ifndef TOA_OLDER_H
#define TOA_OLDER_H

#include <linux/compiler.h>
#include <linux/hardirq.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/inet_sock.h>

#include "toa_probed.h"

/* 3.19 */
#ifndef READ_ONCE
#define READ_ONCE(x) ACCESS_ONCE(x)
#define WRITE_ONCE(x, value) (ACCESS_ONCE(x) = (value))
#endif

/* 3.14 */
#ifndef smp_load_acquire
#define smp_load_acquire(pointer)					\
({									\
	typeof(*(pointer)) value = ACCESS_ONCE(*(pointer));		\
									\
	smp_mb(); /* Reads what comes after it later. */		\
	value;								\
})
#define smp_store_release(pointer, value)				\
do {									\
	smp_mb(); /* Has written what comes before it. */		\
	ACCESS_ONCE(*(pointer)) = (value);				\
} while (0)
#endif

/* Renamed in 4.12. */
#ifndef SLAB_TYPESAFE_BY_RCU
#define SLAB_TYPESAFE_BY_RCU SLAB_DESTROY_BY_RCU
#endif

/* 4.6; the same, but the task counts as a load of the machine. */
#if !TOA_HAVE_SCHEDULE_TIMEOUT_IDLE
#define schedule_timeout_idle(timeout) schedule_timeout_uninterruptible(timeout)
#endif

/* 3.16; others' probes in our handlers are theirs to avoid. */
#ifndef NOKPROBE_SYMBOL
#define NOKPROBE_SYMBOL(function)
#endif

/* Take a network namespace: 4.2. */
#if !TOA_HAVE_SOCK_CREATE_KERN_NET
#define sock_create_kern(net, family, type, protocol, sock) \
	sock_create_kern(family, type, protocol, sock)
#endif

/* Tells from outside that somebody wants the line: 4.6. */
#if defined(CONFIG_DYNAMIC_DEBUG) && !defined(DYNAMIC_DEBUG_BRANCH)
#define DYNAMIC_DEBUG_BRANCH(descriptor) \
	unlikely((descriptor).flags & _DPRINTK_FLAGS_PRINT)
#endif

/* Renamed in 2.6.33. */
#if !TOA_HAVE_INET_DADDR
#define inet_daddr daddr
#define inet_rcv_saddr rcv_saddr
#define inet_dport dport
#define inet_sport sport
#endif

/* These names were those of something else until 2.6.33. */
#if !TOA_HAVE_RAW_SPIN_LOCK
#define raw_spinlock_t spinlock_t
#define raw_spin_lock_init(lock) spin_lock_init(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) \
	spin_unlock_irqrestore(lock, flags)
#endif

/*
 * 2.6.36. Until then nobody kept two tasks from using a parameter at the same
 * time, and nobody freed what belongs to it.
 */
#ifndef module_param_cb
struct kernel_param_ops {
	int (*set)(const char *text, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *unused);
};

#define module_param_cb(name, ops, argument, mode)			\
static DEFINE_MUTEX(toa_lock_##name);					\
static bool toa_freed_##name;						\
									\
static int toa_set_##name(const char *text, struct kernel_param *kp)	\
{									\
	int err = -ESHUTDOWN;						\
									\
	mutex_lock(&toa_lock_##name);					\
	if (!toa_freed_##name)						\
		err = (ops)->set(text, kp);				\
	mutex_unlock(&toa_lock_##name);					\
	return err;							\
}									\
									\
static int toa_get_##name(char *buffer, struct kernel_param *kp)	\
{									\
	int length = -ESHUTDOWN;					\
									\
	mutex_lock(&toa_lock_##name);					\
	if (!toa_freed_##name)						\
		length = (ops)->get(buffer, kp);			\
	mutex_unlock(&toa_lock_##name);					\
	return length;							\
}									\
									\
static void __maybe_unused toa_free_##name(void)			\
{									\
	mutex_lock(&toa_lock_##name);					\
	toa_freed_##name = true;					\
	if ((ops)->free)						\
		(ops)->free(NULL);					\
	mutex_unlock(&toa_lock_##name);					\
}									\
									\
module_param_call(name, toa_set_##name, toa_get_##name, argument, mode)
#define TOA_FREE_PARAMETER(name) toa_free_##name()
#else
#define TOA_FREE_PARAMETER(name)
#endif

#endif
