/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All differences between kernels, by what their headers offer and not by
 * their version: distributions and stable trees move changes around.
 */
#ifndef TOA_COMPAT_H
#define TOA_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/sock_diag.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "toa_probed.h"

/* syn_recv_sock() got own_req in 4.4, opt_child_init in 6.19 and in stable trees. */
#if TOA_HAVE_SYN_RECV_SOCK_7
#define TOA_SYN_RECV_SOCK_PARAMETERS					\
	const struct sock *sk, struct sk_buff *skb,			\
	struct request_sock *req, struct dst_entry *dst,		\
	struct request_sock *req_unhash, bool *own_req,			\
	void (*opt_child_init)(struct sock *newsk, const struct sock *sk)
#define TOA_SYN_RECV_SOCK_ARGUMENTS					\
	sk, skb, req, dst, req_unhash, own_req, opt_child_init
#elif TOA_HAVE_SYN_RECV_SOCK_6
#define TOA_SYN_RECV_SOCK_PARAMETERS					\
	const struct sock *sk, struct sk_buff *skb,			\
	struct request_sock *req, struct dst_entry *dst,		\
	struct request_sock *req_unhash, bool *own_req
#define TOA_SYN_RECV_SOCK_ARGUMENTS					\
	sk, skb, req, dst, req_unhash, own_req
#else
#define TOA_SYN_RECV_SOCK_PARAMETERS					\
	struct sock *sk, struct sk_buff *skb,				\
	struct request_sock *req, struct dst_entry *dst
#define TOA_SYN_RECV_SOCK_ARGUMENTS sk, skb, req, dst
#endif

typedef struct sock *(*toa_syn_recv_sock_t)(TOA_SYN_RECV_SOCK_PARAMETERS);

/* getname() returns the length since 4.17; before, it returned 0 and stored it. */
#if TOA_HAVE_GETNAME_LENGTH
#define TOA_GETNAME_PARAMETERS						\
	struct socket *sock, struct sockaddr *uaddr, int peer
#define TOA_GETNAME_PEER 2
#define toa_getname_result(length) (length)
#define toa_getname_done(result) ((result) > 0)
#else
#define TOA_GETNAME_PARAMETERS						\
	struct socket *sock, struct sockaddr *uaddr, int *uaddr_len, int peer
#define TOA_GETNAME_PEER 3
#define toa_getname_result(length) (*uaddr_len = (length), 0)
#define toa_getname_done(result) (!(result))
#endif

typedef int (*toa_getname_t)(TOA_GETNAME_PARAMETERS);

#if defined(CONFIG_DYNAMIC_FTRACE) && TOA_HAVE_FTRACE_IPMODIFY && \
	(defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) || \
	 defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS))
#define TOA_CAN_REDIRECT 1
#else
#define TOA_CAN_REDIRECT 0
#endif

/* Arguments without all registers: 5.11 on x86, later elsewhere. */
#if defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) && TOA_HAVE_FTRACE_REGS
#define TOA_FTRACE_REGISTERS 0
#else
#define TOA_FTRACE_REGISTERS FTRACE_OPS_FL_SAVE_REGS
#endif

/* kernel.ftrace_enabled=0 is refused while we are there: 5.5. */
#if TOA_HAVE_FTRACE_PERMANENT
#define TOA_FTRACE_PERMANENT FTRACE_OPS_FL_PERMANENT
#else
#define TOA_FTRACE_PERMANENT 0
#endif

/* Guarded against recursion, which was the default before 5.11. */
#if TOA_HAVE_FTRACE_RECURSION
#define TOA_FTRACE_RECURSION FTRACE_OPS_FL_RECURSION
#else
#define TOA_FTRACE_RECURSION 0
#endif

#define TOA_FTRACE_FLAGS						\
	(TOA_FTRACE_REGISTERS | TOA_FTRACE_PERMANENT | TOA_FTRACE_RECURSION)

/* An argument by number: 4.20 on x86. */
#if !TOA_HAVE_REGS_GET_KERNEL_ARGUMENT
#ifndef CONFIG_X86_64
#error "toa: this kernel has no regs_get_kernel_argument() for this processor"
#endif
static inline unsigned long regs_get_kernel_argument(struct pt_regs *regs,
						     unsigned int n)
{
	const unsigned long arguments[] = {
		regs->di, regs->si, regs->dx, regs->cx, regs->r8, regs->r9
	};

	return arguments[n];
}
#endif

#if TOA_CAN_REDIRECT && !TOA_HAVE_FTRACE_REGS_ARGUMENT
#if !TOA_HAVE_FTRACE_REGS
/* Callbacks got pt_regs before 5.11. */
#define ftrace_regs pt_regs
#define toa_pt_regs(fregs) (fregs)
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
/* Until 6.2 there are arguments in them, but no way to say so. */
#define toa_pt_regs(fregs) (&(fregs)->regs)
#else
#define toa_pt_regs(fregs) ftrace_get_regs(fregs)
#endif
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(toa_pt_regs(fregs), n)
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	instruction_pointer_set(toa_pt_regs(fregs), ip)
#endif

/*
 * Waits until every task has slept or returned to user space. Without
 * CONFIG_TASKS_RCU it is another name for something that does since 4.14;
 * before, it is declared and missing.
 */
#if defined(CONFIG_TASKS_RCU) || defined(synchronize_rcu_tasks)
#define toa_synchronize_rcu_tasks() synchronize_rcu_tasks()
#else
#define toa_synchronize_rcu_tasks() synchronize_sched()
#endif

/* Any part of the module: 4.4. */
#if !TOA_HAVE_WITHIN_MODULE
#define within_module(address, module) within_module_core(address, module)
#endif

/* Takes a network namespace: 4.2. */
#if !TOA_HAVE_SOCK_CREATE_KERN_NET
#define sock_create_kern(net, family, type, protocol, sock) \
	sock_create_kern(family, type, protocol, sock)
#endif

/* A number that no other socket has ever had: 4.2. */
#if TOA_HAVE_SOCK_COOKIE
static inline u64 toa_sock_cookie(const struct sock *sk)
{
	return atomic64_read(&sk->sk_cookie);
}

static inline u64 toa_sock_cookie_make(struct sock *sk)
{
	u32 halves[2];

	/* The exported one of those functions that give a socket its number. */
	sock_diag_save_cookie(sk, halves);
	return toa_sock_cookie(sk);
}
#else
static inline u64 toa_sock_cookie(const struct sock *sk)
{
	return 0;
}

static inline u64 toa_sock_cookie_make(struct sock *sk)
{
	return 0;
}
#endif

typedef int (*toa_show_t)(struct seq_file *seq, void *unused);

/* One call for a file with a show function: 4.18. */
#if TOA_HAVE_PROC_CREATE_SINGLE_DATA
static inline bool toa_proc_create_single(const char *name,
					  struct proc_dir_entry *parent,
					  toa_show_t show)
{
	return proc_create_single_data(name, 0444, parent, show, NULL);
}
#else
static inline int toa_proc_open(struct inode *inode, struct file *file)
{
	return single_open(file, (toa_show_t)PDE_DATA(inode), NULL);
}

static const struct file_operations toa_proc_operations = {
	.owner = THIS_MODULE,
	.open = toa_proc_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static inline bool toa_proc_create_single(const char *name,
					  struct proc_dir_entry *parent,
					  toa_show_t show)
{
	return proc_create_data(name, 0444, parent, &toa_proc_operations,
				(void *)show);
}
#endif

/* One call for a file that knows its network namespace: 4.18. */
#if TOA_HAVE_PROC_CREATE_NET_DATA
static inline bool toa_proc_create_net(const char *name, struct net *net,
				       const struct seq_operations *operations)
{
	return proc_create_net_data(name, 0444, net->proc_net, operations,
				    sizeof(struct seq_net_private), NULL);
}
#else
static inline int toa_proc_open_net(struct inode *inode, struct file *file)
{
	return seq_open_net(inode, file, PDE_DATA(inode),
			    sizeof(struct seq_net_private));
}

static inline bool toa_proc_create_net(const char *name, struct net *net,
				       const struct seq_operations *operations)
{
	static const struct file_operations file_operations = {
		.owner = THIS_MODULE,
		.open = toa_proc_open_net,
		.read = seq_read,
		.llseek = seq_lseek,
		.release = seq_release_net,
	};

	return proc_create_data(name, 0444, net->proc_net, &file_operations,
				(void *)operations);
}
#endif

/* The number of a network namespace, that of /proc/PID/ns/net: moved in 3.19. */
#if TOA_HAVE_NS_COMMON
#define toa_net_number(net) ((net)->ns.inum)
#else
#define toa_net_number(net) ((net)->proc_inum)
#endif

#endif
