// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second way, where functions cannot be redirected: because a live patch
 * has done so, or because the kernel's ftrace cannot. Handlers at entry and
 * return of the same functions; nobody ever sleeps in our code.
 */
#include <linux/cpumask.h>
#include <linux/kprobes.h>

#include "client.h"
#include "compat.h"
#include "hooks.h"
#include "store.h"

#if IS_ENABLED(CONFIG_KRETPROBES)

/* A getname() that sleeps on the socket's lock occupies one of these. */
#define GETNAME_INSTANCES 1024

static int see_receive(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	struct toa_client *client = (void *)instance->data;
	enum toa_segment segment;

	segment = toa_segment_read((void *)regs_get_kernel_argument(regs, 1),
				   client);
	if (segment == TOA_SEGMENT_CLIENT)
		return 0;
	toa_segment_refused(segment);
	return 1;
}

NOKPROBE_SYMBOL(see_receive);

static int see_receive_ip4(struct kretprobe_instance *instance,
			   struct pt_regs *regs)
{
	const struct sock *listener = (void *)regs_get_kernel_argument(regs, 0);

	/* The IPv6 function calls this one for an IPv4 client: seen there. */
	return listener->sk_family == AF_INET ? see_receive(instance, regs) : 1;
}

NOKPROBE_SYMBOL(see_receive_ip4);

static int see_received(struct kretprobe_instance *instance,
			struct pt_regs *regs)
{
	struct sock *child = (void *)regs_return_value(regs);

	if (child)
		toa_child_made(child, (void *)instance->data);
	return 0;
}

NOKPROBE_SYMBOL(see_received);

struct getname_call {
	const struct sock *sk;
	struct sockaddr *address;
};

static int see_getname(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	const struct socket *sock = (void *)regs_get_kernel_argument(regs, 0);
	struct getname_call *call = (void *)instance->data;

	call->sk = sock->sk;
	call->address = (void *)regs_get_kernel_argument(regs, 1);
	return !toa_client_wanted(call->sk,
				  regs_get_kernel_argument(regs, TOA_GETNAME_PEER));
}

NOKPROBE_SYMBOL(see_getname);

static int see_named(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct getname_call *call = (void *)instance->data;

	if (toa_getname_done((int)regs_return_value(regs)))
		toa_client_write(call->sk, call->address);
	return 0;
}

NOKPROBE_SYMBOL(see_named);

static int see_destruct(struct kprobe *probe, struct pt_regs *regs)
{
	toa_store_forget((struct sock *)regs_get_kernel_argument(regs, 0));
	return 0;
}

NOKPROBE_SYMBOL(see_destruct);

static struct kretprobe receive_probes[TOA_FAMILIES] = {
	[TOA_IP4] = {
		.entry_handler = see_receive_ip4,
		.handler = see_received,
		.data_size = sizeof(struct toa_client),
	},
	[TOA_IP6] = {
		.entry_handler = see_receive,
		.handler = see_received,
		.data_size = sizeof(struct toa_client),
	},
};

static struct kretprobe getname_probes[TOA_FAMILIES] = {
	[TOA_IP4] = {
		.entry_handler = see_getname,
		.handler = see_named,
		.data_size = sizeof(struct getname_call),
		.maxactive = GETNAME_INSTANCES,
	},
	[TOA_IP6] = {
		.entry_handler = see_getname,
		.handler = see_named,
		.data_size = sizeof(struct getname_call),
		.maxactive = GETNAME_INSTANCES,
	},
};

static struct kprobe destruct_probes[TOA_FAMILIES] = {
	[TOA_IP4] = { .pre_handler = see_destruct },
	[TOA_IP6] = { .pre_handler = see_destruct },
};

static unsigned int families;

/* The kernel writes into a probe: a second start needs it clean. */
static int start_family(unsigned int family)
{
	const struct toa_functions *functions = &toa_functions[family];
	struct kretprobe *receive = &receive_probes[family];
	struct kretprobe *getname = &getname_probes[family];
	struct kprobe *destruct = &destruct_probes[family];
	int err;

	destruct->addr = (void *)functions->destruct;
	err = register_kprobe(destruct);
	if (err)
		return err;

	getname->kp.addr = (void *)functions->getname;
	err = register_kretprobe(getname);
	if (err)
		goto stop_destruct;

	/* Runs to its end on one CPU, so one instance for each would do. */
	receive->maxactive = 2 * num_possible_cpus();
	receive->kp.addr = (void *)functions->syn_recv_sock;
	err = register_kretprobe(receive);
	if (err)
		goto stop_getname;
	return 0;

stop_getname:
	unregister_kretprobe(getname);
stop_destruct:
	unregister_kprobe(destruct);
	return err;
}

static void stop_family(unsigned int family)
{
	unregister_kretprobe(&receive_probes[family]);
	unregister_kretprobe(&getname_probes[family]);
	unregister_kprobe(&destruct_probes[family]);
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

unsigned long toa_kretprobe_missed(void)
{
	return 0;
}

#endif
