/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All differences between kernels, by what their headers offer and not by
 * their version: distributions and stable trees move changes around.
 */
#ifndef TOA_COMPAT_H
#define TOA_COMPAT_H

#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/proc_fs.h>
#include <linux/preempt.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "older.h"
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

/*
 * None of our callbacks calls a function that is hooked, so nothing has to
 * guard them against recursion. Before 5.11 this had to be said.
 */
#if TOA_HAVE_FTRACE_RECURSION_SAFE
#define TOA_FTRACE_RECURSION FTRACE_OPS_FL_RECURSION_SAFE
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
 * before, it is declared and missing. There a task that was preempted between
 * two instructions of ours cannot be waited for, only given time.
 */
#if defined(CONFIG_TASKS_RCU) || defined(synchronize_rcu_tasks)
#define toa_synchronize_rcu_tasks() synchronize_rcu_tasks()
#elif defined(CONFIG_PREEMPT)
#define toa_synchronize_rcu_tasks() (synchronize_sched(), msleep(1000))
#else
#define toa_synchronize_rcu_tasks() synchronize_sched()
#endif

/* All who are in a part that cannot be preempted, or read under RCU: 4.20. */
#if defined(CONFIG_TASKS_RCU) || defined(synchronize_rcu_tasks)
#define toa_synchronize_rcu() synchronize_rcu()
#else
#define toa_synchronize_rcu() (synchronize_rcu(), synchronize_sched())
#endif

/* On PREEMPT_RT memory is only to be had where the task may be preempted. */
static inline bool toa_may_allocate(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible();
}

/*
 * Which arguments of tcp_parse_options(): the namespace came first in 4.13.
 * Forms in between are not known, and what would be read there is refused.
 */
#if TOA_HAVE_PARSE_OPTIONS_NET
#define TOA_PARSE_OPTIONS_SKB 1
#else
#define TOA_PARSE_OPTIONS_SKB 0
#endif
#define TOA_PARSE_OPTIONS_RECEIVED (TOA_PARSE_OPTIONS_SKB + 1)
#define TOA_PARSE_OPTIONS_ESTABLISHED (TOA_PARSE_OPTIONS_SKB + 2)

#define TOA_CAN_SEE_OPTIONS						\
	(TOA_HAVE_PARSE_OPTIONS_NET || TOA_HAVE_PARSE_OPTIONS_COOKIE ||	\
	 TOA_HAVE_PARSE_OPTIONS_3)

/* @first: the first argument. */
static inline const struct net *
toa_parse_options_net(const void *first, const struct sk_buff *skb,
		      struct tcp_options_received *options, bool established)
{
#if TOA_HAVE_PARSE_OPTIONS_NET
	return first;
#else
	if (established)
		return sock_net((struct sock *)container_of(options,
							    struct tcp_sock,
							    rx_opt));
	/* What has been received has been routed, to us. */
	return skb_dst(skb) ? dev_net(skb_dst(skb)->dev) : NULL;
#endif
}

/* Where the code of a module is: moved in 4.5 and in 6.4. */
#if TOA_HAVE_MODULE_MEM
#define toa_text_start(module) ((unsigned long)(module)->mem[MOD_TEXT].base)
#define toa_text_size(module) ((module)->mem[MOD_TEXT].size)
#elif TOA_HAVE_MODULE_CORE_LAYOUT
#define toa_text_start(module) ((unsigned long)(module)->core_layout.base)
#define toa_text_size(module) ((module)->core_layout.text_size)
#else
#define toa_text_start(module) ((unsigned long)(module)->module_core)
#define toa_text_size(module) ((module)->core_text_size)
#endif

static inline __be16 toa_peer_port(const struct sock *sk)
{
	return inet_sk(sk)->inet_dport;
}

static inline __be16 toa_local_port(const struct sock *sk)
{
	return inet_sk(sk)->inet_sport;
}

static inline __be32 toa_peer_ip4(const struct sock *sk)
{
	return inet_sk(sk)->inet_daddr;
}

#if IS_ENABLED(CONFIG_IPV6)
/* Moved into the socket itself, under these names, in 3.13. */
#ifdef sk_v6_daddr
static inline const struct in6_addr *toa_peer_ip6(const struct sock *sk)
{
	return &sk->sk_v6_daddr;
}

static inline const struct in6_addr *toa_local_ip6(const struct sock *sk)
{
	return &sk->sk_v6_rcv_saddr;
}
#else
static inline const struct in6_addr *toa_peer_ip6(const struct sock *sk)
{
	return &inet6_sk(sk)->daddr;
}

static inline const struct in6_addr *toa_local_ip6(const struct sock *sk)
{
	return &inet6_sk(sk)->rcv_saddr;
}
#endif
#endif

/* IPv4 as ::ffff:a.b.c.d */
static inline void toa_read_addresses(const struct sock *sk,
				      struct in6_addr *peer,
				      struct in6_addr *local)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		*peer = *toa_peer_ip6(sk);
		*local = *toa_local_ip6(sk);
		return;
	}
#endif
	ipv6_addr_set_v4mapped(toa_peer_ip4(sk), peer);
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_rcv_saddr, local);
}

/*
 * Does something that dynamic debug can switch on, with a limit of its own:
 * 1000 times in five seconds. The macros behind pr_debug() came in 4.6.
 */
#if defined(CONFIG_DYNAMIC_DEBUG) && defined(DYNAMIC_DEBUG_BRANCH)
#define toa_when_debugging(what, call)					\
do {									\
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 1000);		\
	DEFINE_DYNAMIC_DEBUG_METADATA(descriptor, what);		\
									\
	if (DYNAMIC_DEBUG_BRANCH(descriptor) && __ratelimit(&limit))	\
		call;							\
} while (0)
#else
#define toa_when_debugging(what, call)					\
do {									\
	if (0)								\
		call;							\
} while (0)
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

/*
 * One call for a file that knows its network namespace: 4.18. What is private
 * to a reader begins with struct seq_net_private.
 */
#if TOA_HAVE_PROC_CREATE_NET_DATA
static inline bool toa_proc_create_net(const char *name, struct net *net,
				       const struct seq_operations *operations,
				       unsigned int private_size)
{
	return proc_create_net_data(name, 0444, net->proc_net, operations,
				    private_size, NULL);
}
#else
struct toa_net_file {
	const struct seq_operations *operations;
	unsigned int private_size;
};

static inline int toa_proc_open_net(struct inode *inode, struct file *file)
{
	const struct toa_net_file *net_file = PDE_DATA(inode);

	return seq_open_net(inode, file, net_file->operations,
			    net_file->private_size);
}

static inline bool toa_proc_create_net(const char *name, struct net *net,
				       const struct seq_operations *operations,
				       unsigned int private_size)
{
	static const struct file_operations file_operations = {
		.owner = THIS_MODULE,
		.open = toa_proc_open_net,
		.read = seq_read,
		.llseek = seq_lseek,
		.release = seq_release_net,
	};
	/* The module has one such file. */
	static struct toa_net_file net_file;

	net_file.operations = operations;
	net_file.private_size = private_size;
	return proc_create_data(name, 0444, net->proc_net, &file_operations,
				&net_file);
}
#endif

/*
 * The number of a network namespace, that of /proc/PID/ns/net: moved in 3.19.
 * Before 3.8 there was none, and this one only tells one from another.
 */
#if TOA_HAVE_NS_COMMON
#define toa_net_number(net) ((net)->ns.inum)
#elif TOA_HAVE_PROC_INUM
#define toa_net_number(net) ((net)->proc_inum)
#else
#define toa_net_number(net) ((u32)hash_ptr((void *)(net), 32))
#endif

#endif
