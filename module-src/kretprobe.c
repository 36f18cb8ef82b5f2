// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second way, where functions cannot be redirected: because a live patch
 * has done so, or because the kernel's ftrace cannot. Handlers at entry and
 * return of the same functions; nobody ever sleeps in our code.
 */
#include <linux/cpumask.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "handshake.h"
#include "hooks.h"
#include "name.h"

#if IS_ENABLED(CONFIG_KRETPROBES)

/* A getname() that sleeps on the socket's lock occupies one of these. */
#define GETNAME_INSTANCES 1024

static int enter_receive(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	struct sock *listener = (void *)regs_get_kernel_argument(regs, 0);
	const struct sk_buff *skb = (void *)regs_get_kernel_argument(regs, 1);
	const struct request_sock *req =
		(void *)regs_get_kernel_argument(regs, 2);
	const struct dst_entry *route =
		(void *)regs_get_kernel_argument(regs, 3);

	if (!toa_handshake_wanted(listener, skb, req, route))
		return 1;
	rcu_read_lock();
	toa_handshake_read(listener, skb, req, route, (void *)instance->data);
	rcu_read_unlock();
	return 0;
}

NOKPROBE_SYMBOL(enter_receive);

static int enter_receive_ip4(struct kretprobe_instance *instance,
			     struct pt_regs *regs)
{
	const struct sock *listener = (void *)regs_get_kernel_argument(regs, 0);

	/* The IPv6 function calls this one for an IPv4 client: seen there. */
	return listener->sk_family == AF_INET ? enter_receive(instance, regs) : 1;
}

NOKPROBE_SYMBOL(enter_receive_ip4);

static int leave_receive(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	struct sock *child = (void *)regs_return_value(regs);

	if (child)
		toa_handshake_made(child, (void *)instance->data);
	return 0;
}

NOKPROBE_SYMBOL(leave_receive);

struct getname_call {
	const struct sock *sk;
	struct sockaddr *address;
	int peer;
};

static int enter_getname(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	const struct socket *sock = (void *)regs_get_kernel_argument(regs, 0);
	struct getname_call *call = (void *)instance->data;

	call->sk = sock->sk;
	call->address = (void *)regs_get_kernel_argument(regs, 1);
	call->peer = regs_get_kernel_argument(regs, TOA_GETNAME_PEER);
	return !toa_name_possible(call->sk, call->peer) ||
	       !toa_name_answer(call->sk, call->peer, NULL);
}

NOKPROBE_SYMBOL(enter_getname);

static int leave_getname(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	const struct getname_call *call = (void *)instance->data;

	if (toa_getname_done((int)regs_return_value(regs)))
		toa_name_answer(call->sk, call->peer, call->address);
	return 0;
}

NOKPROBE_SYMBOL(leave_getname);

static int enter_parse_options(struct kprobe *probe, struct pt_regs *regs)
{
	const struct sk_buff *skb =
		(void *)regs_get_kernel_argument(regs, TOA_PARSE_OPTIONS_SKB);
	struct tcp_options_received *options =
		(void *)regs_get_kernel_argument(regs, TOA_PARSE_OPTIONS_RECEIVED);
	int established =
		regs_get_kernel_argument(regs, TOA_PARSE_OPTIONS_ESTABLISHED);

	toa_options_seen(toa_parse_options_net((void *)regs_get_kernel_argument(regs, 0),
					       skb, options, established),
			 skb, options, established);
	return 0;
}

NOKPROBE_SYMBOL(enter_parse_options);

static struct kretprobe receive_probes[TOA_FAMILIES] = {
	[TOA_IP4] = {
		.entry_handler = enter_receive_ip4,
		.handler = leave_receive,
		.data_size = sizeof(struct toa_finding),
	},
	[TOA_IP6] = {
		.entry_handler = enter_receive,
		.handler = leave_receive,
		.data_size = sizeof(struct toa_finding),
	},
};

static struct kretprobe getname_probes[TOA_FAMILIES] = {
	[TOA_IP4] = {
		.entry_handler = enter_getname,
		.handler = leave_getname,
		.data_size = sizeof(struct getname_call),
		.maxactive = GETNAME_INSTANCES,
	},
	[TOA_IP6] = {
		.entry_handler = enter_getname,
		.handler = leave_getname,
		.data_size = sizeof(struct getname_call),
		.maxactive = GETNAME_INSTANCES,
	},
};

static unsigned int families;

/* The kernel writes into a probe: a second start needs it clean. */
static struct kprobe options_probe;

static int start_family(unsigned int family)
{
	const struct toa_functions *functions = &toa_functions[family];
	struct kretprobe *receive = &receive_probes[family];
	struct kretprobe *getname = &getname_probes[family];
	int err;

	getname->kp.addr = (void *)functions->getname;
	err = register_kretprobe(getname);
	if (err)
		return err;

	/* Runs to its end on one CPU, so one instance for each would do. */
	receive->maxactive = 2 * num_possible_cpus();
	receive->kp.addr = (void *)functions->syn_recv_sock;
	err = register_kretprobe(receive);
	if (err)
		unregister_kretprobe(getname);
	return err;
}

static void stop_family(unsigned int family)
{
	unregister_kretprobe(&receive_probes[family]);
	unregister_kretprobe(&getname_probes[family]);
}

int toa_kretprobe_start(void)
{
	int err;

	/* The handlers run without preemption, where RT must not allocate. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return -EOPNOTSUPP;

	while (families < TOA_FAMILIES && toa_functions[families].getname) {
		err = start_family(families);
		if (err) {
			toa_kretprobe_stop();
			return err;
		}
		families++;
	}
	return 0;
}

void toa_kretprobe_stop(void)
{
	while (families)
		stop_family(--families);
}

int toa_kretprobe_elsewhere_start(void)
{
	if (!TOA_CAN_SEE_OPTIONS)
		return -EOPNOTSUPP;
	options_probe = (struct kprobe){
		.symbol_name = TOA_PARSE_OPTIONS,
		.pre_handler = enter_parse_options,
	};
	return register_kprobe(&options_probe);
}

void toa_kretprobe_elsewhere_stop(void)
{
	unregister_kprobe(&options_probe);
}

unsigned long toa_kretprobe_missed(void)
{
	unsigned long missed = 0;
	unsigned int i;

	for (i = 0; i < families; i++)
		missed += receive_probes[i].nmissed + getname_probes[i].nmissed;
	return missed;
}

#else

int toa_kretprobe_start(void)
{
	return -EOPNOTSUPP;
}

void toa_kretprobe_stop(void)
{
}

int toa_kretprobe_elsewhere_start(void)
{
	return -EOPNOTSUPP;
}

void toa_kretprobe_elsewhere_stop(void)
{
}

unsigned long toa_kretprobe_missed(void)
{
	return 0;
}

#endif
