// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirection with ftrace. A callback looks first and sends only those calls
 * elsewhere that concern a client's address; all others pay for the look.
 *
 * Who may be inside our code, and how unloading waits for them:
 * - callbacks: ftrace waits for them when they are unregistered;
 * - answer_getname(): never sleeps, because it answers by itself. The kernel's
 *   getname() takes the socket's lock since 6.1 and may sleep on it for as
 *   long as another task likes; called from here it would sleep on top of us;
 * - receive_ip4(), receive_ip6(): an RCU reader from first to last, since the
 *   kernel's function may wait for locks on PREEMPT_RT;
 * - a task that was preempted between the callback and the reader, or between
 *   the reader and the return: synchronize_rcu_tasks().
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "client.h"
#include "compat.h"
#include "hooks.h"
#include "store.h"

#if TOA_CAN_REDIRECT

static struct sock *receive(const struct toa_functions *functions,
			    TOA_SYN_RECV_SOCK_PARAMETERS)
{
	struct toa_client client;
	enum toa_segment segment;
	struct sock *child;

	rcu_read_lock();
	segment = toa_segment_read(skb, &client);
	child = functions->syn_recv_sock(TOA_SYN_RECV_SOCK_ARGUMENTS);
	if (segment != TOA_SEGMENT_CLIENT)
		toa_segment_refused(segment);
	else if (child)
		toa_child_made(child, &client);
	rcu_read_unlock();
	return child;
}

static struct sock *receive_ip4(TOA_SYN_RECV_SOCK_PARAMETERS)
{
	return receive(&toa_functions[TOA_IP4], TOA_SYN_RECV_SOCK_ARGUMENTS);
}

static struct sock *receive_ip6(TOA_SYN_RECV_SOCK_PARAMETERS)
{
	return receive(&toa_functions[TOA_IP6], TOA_SYN_RECV_SOCK_ARGUMENTS);
}

static void notrace look_at_segment(unsigned long caller,
				    struct ftrace_regs *fregs,
				    unsigned long elsewhere)
{
	const struct sk_buff *skb = (void *)ftrace_regs_get_argument(fregs, 1);
	enum toa_segment segment;
	struct toa_client client;

	segment = toa_segment_read(skb, &client);
	if (segment != TOA_SEGMENT_CLIENT)
		toa_segment_refused(segment);
	else if (!within_module(caller, THIS_MODULE))
		ftrace_regs_set_instruction_pointer(fregs, elsewhere);
}

static void notrace see_receive_ip4(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	const struct sock *listener = (void *)ftrace_regs_get_argument(fregs, 0);

	/* The IPv6 function calls this one for an IPv4 client: seen there. */
	if (listener->sk_family == AF_INET)
		look_at_segment(caller, fregs, (unsigned long)receive_ip4);
}

static void notrace see_receive_ip6(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	look_at_segment(caller, fregs, (unsigned long)receive_ip6);
}

/*
 * Takes the place of inet_getname() and inet6_getname(). A BPF program at the
 * cgroup's getpeername hook is not asked: it would see the load balancer's
 * address, and what it makes of it would be overwritten.
 */
static int answer_getname(TOA_GETNAME_PARAMETERS)
{
	int length = toa_client_write(sock->sk, uaddr);

	/* The entry that the callback saw stays as long as the socket. */
	return length ? toa_getname_result(length) : -ENOTCONN;
}

static void notrace see_getname(unsigned long ip, unsigned long caller,
				struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	const struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	int peer = ftrace_regs_get_argument(fregs, TOA_GETNAME_PEER);

	if (toa_client_wanted(sock->sk, peer))
		ftrace_regs_set_instruction_pointer(fregs,
						    (unsigned long)answer_getname);
}

static void notrace see_destruct(unsigned long ip, unsigned long caller,
				 struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	toa_store_forget((struct sock *)ftrace_regs_get_argument(fregs, 0));
}

static struct ftrace_ops destruct_ops = {
	.func = see_destruct,
	.flags = TOA_FTRACE_FLAGS,
};

static struct ftrace_ops getname_ops = {
	.func = see_getname,
	.flags = TOA_FTRACE_FLAGS | FTRACE_OPS_FL_IPMODIFY,
};

static struct ftrace_ops receive_ops[TOA_FAMILIES] = {
	[TOA_IP4] = {
		.func = see_receive_ip4,
		.flags = TOA_FTRACE_FLAGS | FTRACE_OPS_FL_IPMODIFY,
	},
	[TOA_IP6] = {
		.func = see_receive_ip6,
		.flags = TOA_FTRACE_FLAGS | FTRACE_OPS_FL_IPMODIFY,
	},
};

static void unfilter(struct ftrace_ops *ops, void *function)
{
	if (function)
		ftrace_set_filter_ip(ops, (unsigned long)function, 1, 0);
}

static int start(struct ftrace_ops *ops, void *function, void *other)
{
	int err;

	/* Without a function the filter would be empty, and match everything. */
	if (!function)
		return 0;

	err = ftrace_set_filter_ip(ops, (unsigned long)function, 0, 0);
	if (!err && other && other != function)
		err = ftrace_set_filter_ip(ops, (unsigned long)other, 0, 0);
	if (!err)
		err = register_ftrace_function(ops);
	if (err) {
		unfilter(ops, function);
		if (other != function)
			unfilter(ops, other);
	}
	return err;
}

static void stop(struct ftrace_ops *ops, void *function, void *other)
{
	if (!function)
		return;

	unregister_ftrace_function(ops);
	unfilter(ops, function);
	if (other != function)
		unfilter(ops, other);
}

static void wait_for_tasks(void)
{
	toa_synchronize_rcu_tasks();
	synchronize_rcu();
	toa_synchronize_rcu_tasks();
}

int toa_redirect_start(void)
{
	const struct toa_functions *ip4 = &toa_functions[TOA_IP4];
	const struct toa_functions *ip6 = &toa_functions[TOA_IP6];
	int err;

	/*
	 * First the hook that frees, last the hooks that fill. This one shares
	 * its functions with everybody: busy means that ftrace is switched off.
	 */
	err = start(&destruct_ops, ip4->destruct, ip6->destruct);
	if (err)
		return err == -EBUSY ? -ESHUTDOWN : err;
	err = start(&getname_ops, ip4->getname, ip6->getname);
	if (err)
		goto stop_destruct;
	err = start(&receive_ops[TOA_IP4], ip4->syn_recv_sock, NULL);
	if (err)
		goto stop_getname;
	err = start(&receive_ops[TOA_IP6], ip6->syn_recv_sock, NULL);
	if (err)
		goto stop_receive;
	return 0;

stop_receive:
	stop(&receive_ops[TOA_IP4], ip4->syn_recv_sock, NULL);
stop_getname:
	stop(&getname_ops, ip4->getname, ip6->getname);
stop_destruct:
	stop(&destruct_ops, ip4->destruct, ip6->destruct);
	wait_for_tasks();
	return err;
}

void toa_redirect_stop(void)
{
	const struct toa_functions *ip4 = &toa_functions[TOA_IP4];
	const struct toa_functions *ip6 = &toa_functions[TOA_IP6];

	stop(&receive_ops[TOA_IP6], ip6->syn_recv_sock, NULL);
	stop(&receive_ops[TOA_IP4], ip4->syn_recv_sock, NULL);
	stop(&getname_ops, ip4->getname, ip6->getname);
	stop(&destruct_ops, ip4->destruct, ip6->destruct);
	wait_for_tasks();
}

#else

int toa_redirect_start(void)
{
	return -EOPNOTSUPP;
}

void toa_redirect_stop(void)
{
}

#endif
