// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirection with ftrace. A callback looks first and sends only those calls
 * elsewhere that concern a client's address; all others pay for the look.
 *
 * Who may be inside our code, and how unloading waits for them:
 * - callbacks: ftrace waits for them when they are unregistered;
 * - named_ip4(), named_ip6(): never sleep, because the callback has given the
 *   answer already. The kernel's getname() takes the socket's lock since 6.1
 *   and may sleep on it for as long as another task likes; called from here it
 *   would sleep on top of us;
 * - receive_ip4(), receive_ip6(): an RCU reader from first to last, since the
 *   kernel's function may wait for locks on PREEMPT_RT;
 * - destructors (store.c): call the kernel's, which may do so, too;
 * - a task that was preempted between the callback and the reader, or between
 *   the reader and the return: synchronize_rcu_tasks().
 */
#include <linux/ftrace.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "handshake.h"
#include "hooks.h"
#include "name.h"

#if TOA_CAN_REDIRECT

static struct sock *receive(const struct toa_functions *functions,
			    TOA_SYN_RECV_SOCK_PARAMETERS)
{
	struct toa_finding finding;
	struct sock *child;

	rcu_read_lock();
	toa_handshake_read(sk, skb, req, dst, &finding);
	child = functions->syn_recv_sock(TOA_SYN_RECV_SOCK_ARGUMENTS);
	if (child)
		toa_handshake_made(child, &finding);
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

static unsigned long text_start;
static unsigned long text_size;

/* Is @ip, which ftrace gives, inside the first bytes of @function? */
static bool is_in(unsigned long ip, const void *function)
{
	return ip - (unsigned long)function < 16;
}

static void notrace see_receive(unsigned long ip, unsigned long caller,
				struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	struct sock *listener = (void *)ftrace_regs_get_argument(fregs, 0);
	bool ip6 = listener->sk_family == AF_INET6;

	/* receive() calls the kernel's function. */
	if (caller - text_start < text_size)
		return;
	/* The IPv6 function calls this one for an IPv4 client: seen there. */
	if (ip6 && is_in(ip, toa_functions[TOA_IP4].syn_recv_sock))
		return;

	if (toa_handshake_wanted(listener,
				 (void *)ftrace_regs_get_argument(fregs, 1),
				 (void *)ftrace_regs_get_argument(fregs, 2),
				 (void *)ftrace_regs_get_argument(fregs, 3)))
		ftrace_regs_set_instruction_pointer(fregs, ip6 ?
						    (unsigned long)receive_ip6 :
						    (unsigned long)receive_ip4);
}

/*
 * Take the place of inet_getname() and inet6_getname() when the answer is
 * there already. A BPF program at the cgroup's getpeername hook is not asked:
 * it would see the load balancer's address, and what it makes of it would be
 * overwritten.
 */
static int named_ip4(TOA_GETNAME_PARAMETERS)
{
	return toa_getname_result(sizeof(struct sockaddr_in));
}

static int named_ip6(TOA_GETNAME_PARAMETERS)
{
	return toa_getname_result(sizeof(struct sockaddr_in6));
}

static void notrace see_getname(unsigned long ip, unsigned long caller,
				struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	const struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	struct sockaddr *address = (void *)ftrace_regs_get_argument(fregs, 1);
	int peer = ftrace_regs_get_argument(fregs, TOA_GETNAME_PEER);
	int length;

	if (!toa_name_possible(sock->sk, peer))
		return;
	length = toa_name_answer(sock->sk, peer, address);
	if (length)
		ftrace_regs_set_instruction_pointer(fregs,
						    length == sizeof(struct sockaddr_in) ?
						    (unsigned long)named_ip4 :
						    (unsigned long)named_ip6);
}

static void notrace see_options(unsigned long ip, unsigned long caller,
				struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	const struct sk_buff *skb =
		(void *)ftrace_regs_get_argument(fregs, TOA_PARSE_OPTIONS_SKB);
	struct tcp_options_received *options =
		(void *)ftrace_regs_get_argument(fregs, TOA_PARSE_OPTIONS_RECEIVED);
	int established =
		ftrace_regs_get_argument(fregs, TOA_PARSE_OPTIONS_ESTABLISHED);

	toa_options_seen(toa_parse_options_net((void *)ftrace_regs_get_argument(fregs, 0),
					       skb, options, established),
			 skb, options, established);
}

static struct ftrace_ops getname_ops = {
	.func = see_getname,
	.flags = TOA_FTRACE_FLAGS | FTRACE_OPS_FL_IPMODIFY,
};

static struct ftrace_ops receive_ops = {
	.func = see_receive,
	.flags = TOA_FTRACE_FLAGS | FTRACE_OPS_FL_IPMODIFY,
};

static struct ftrace_ops options_ops = {
	.func = see_options,
	.flags = TOA_FTRACE_FLAGS,
};

static void unfilter(struct ftrace_ops *ops, void *function)
{
	if (function)
		ftrace_set_filter_ip(ops, (unsigned long)function, 1, 0);
}

static void stop(struct ftrace_ops *ops, void *ip4, void *ip6)
{
	unregister_ftrace_function(ops);
	unfilter(ops, ip4);
	unfilter(ops, ip6);
}

/* Without a function the filter would be empty, and match everything. */
static int start(struct ftrace_ops *ops, void *ip4, void *ip6)
{
	int err;

	err = ftrace_set_filter_ip(ops, (unsigned long)ip4, 0, 0);
	if (!err && ip6)
		err = ftrace_set_filter_ip(ops, (unsigned long)ip6, 0, 0);
	if (!err)
		err = register_ftrace_function(ops);
	if (err) {
		unfilter(ops, ip4);
		unfilter(ops, ip6);
	}
	return err;
}

/*
 * One that changes nothing shares its function with everybody. Busy then means
 * that ftrace is switched off, and not that a live patch was there before us.
 */
static int check_enabled(void)
{
	int err = toa_redirect_elsewhere_start();

	if (!err)
		toa_redirect_elsewhere_stop();
	return err;
}

int toa_redirect_start(void)
{
	const struct toa_functions *ip4 = &toa_functions[TOA_IP4];
	const struct toa_functions *ip6 = &toa_functions[TOA_IP6];
	int err;

	text_start = toa_text_start(THIS_MODULE);
	text_size = toa_text_size(THIS_MODULE);

	err = start(&getname_ops, ip4->getname, ip6->getname);
	if (err)
		goto fail;
	err = start(&receive_ops, ip4->syn_recv_sock, ip6->syn_recv_sock);
	if (!err)
		return 0;
	stop(&getname_ops, ip4->getname, ip6->getname);
	toa_wait_for_tasks();
fail:
	return err == -EBUSY && check_enabled() == -EBUSY ? -ESHUTDOWN : err;
}

void toa_redirect_stop(void)
{
	const struct toa_functions *ip4 = &toa_functions[TOA_IP4];
	const struct toa_functions *ip6 = &toa_functions[TOA_IP6];

	stop(&receive_ops, ip4->syn_recv_sock, ip6->syn_recv_sock);
	stop(&getname_ops, ip4->getname, ip6->getname);
}

int toa_redirect_elsewhere_start(void)
{
	unsigned char name[] = TOA_PARSE_OPTIONS;
	int err;

	if (!TOA_CAN_SEE_OPTIONS)
		return -EOPNOTSUPP;
	err = ftrace_set_filter(&options_ops, name, sizeof(name) - 1, 1);
	if (err)
		return err;
	err = register_ftrace_function(&options_ops);
	if (err)
		ftrace_set_filter(&options_ops, NULL, 0, 1);
	return err;
}

void toa_redirect_elsewhere_stop(void)
{
	unregister_ftrace_function(&options_ops);
	ftrace_set_filter(&options_ops, NULL, 0, 1);
}

#else

int toa_redirect_start(void)
{
	return -EOPNOTSUPP;
}

void toa_redirect_stop(void)
{
}

int toa_redirect_elsewhere_start(void)
{
	return -EOPNOTSUPP;
}

void toa_redirect_elsewhere_stop(void)
{
}

#endif
