// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "hooks.h"

#include <linux/in.h>
#include <linux/moduleparam.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>

struct toa_functions toa_functions[TOA_FAMILIES];

enum hook {
	HOOK_AUTO,
	HOOK_FTRACE,
	HOOK_KRETPROBE,
};

static const char * const hook_names[] = {
	[HOOK_AUTO]		= "auto",
	[HOOK_FTRACE]		= "ftrace",
	[HOOK_KRETPROBE]	= "kretprobe",
};

/* What was asked for; after start, what is in use. */
static enum hook hook = HOOK_AUTO;

static int set_hook(const char *text, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hook_names); i++) {
		if (sysfs_streq(text, hook_names[i])) {
			hook = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int get_hook(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", hook_names[hook]);
}

static const struct kernel_param_ops hook_ops = {
	.set = set_hook,
	.get = get_hook,
};

module_param_cb(hook, &hook_ops, NULL, 0444);
MODULE_PARM_DESC(hook, "auto, ftrace or kretprobe; reads as the one in use");

/*
 * Other TOA modules put their own functions into the kernel's tables. Two
 * modules that rewrite the same address are one too many.
 */
static int check_name(const void *function, const char *name)
{
	char found[128];

	if (!IS_ENABLED(CONFIG_KALLSYMS))
		return 0;

	snprintf(found, sizeof(found), "%ps", function);
	/* A static function may have a suffix from link time optimisation. */
	if (!strncmp(found, name, strlen(name)))
		return 0;

	pr_err("%s() has been replaced by %s: unload the other TOA module first\n",
	       name, found);
	return -EBUSY;
}

/*
 * The functions are read out of the tables of a socket that we make and throw
 * away: some are static, others are not exported on every kernel. This is
 * also the real entry of each: an address from kallsyms or a kprobe may lie
 * behind the ENDBR where an indirect call must land.
 */
static int read_functions(int family, struct toa_functions *functions)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, family, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (err)
		return err;

	functions->syn_recv_sock = inet_csk(sock->sk)->icsk_af_ops->syn_recv_sock;
	functions->getname = READ_ONCE(sock->ops)->getname;
	functions->destruct = sock->sk->sk_destruct;
	sock_release(sock);
	return 0;
}

int toa_hooks_find(void)
{
	struct toa_functions *ip4 = &toa_functions[TOA_IP4];
	struct toa_functions *ip6 = &toa_functions[TOA_IP6];
	int err;

	err = read_functions(AF_INET, ip4);
	if (err) {
		pr_err("cannot make a TCP socket: %d\n", err);
		return err;
	}
	err = check_name(ip4->syn_recv_sock, "tcp_v4_syn_recv_sock");
	if (!err)
		err = check_name(ip4->getname, "inet_getname");
	if (err)
		return err;

	err = IS_ENABLED(CONFIG_IPV6) ? read_functions(AF_INET6, ip6) :
					-EAFNOSUPPORT;
	if (err == -EAFNOSUPPORT) {
		pr_info("IPv4 only, there is no IPv6: %d\n", err);
		return 0;
	}
	if (err) {
		pr_err("cannot make an IPv6 TCP socket: %d\n", err);
		return err;
	}
	err = check_name(ip6->syn_recv_sock, "tcp_v6_syn_recv_sock");
	if (!err)
		err = check_name(ip6->getname, "inet6_getname");
	return err;
}

static const char *redirect_problem(int err)
{
	switch (err) {
	case -EBUSY:
		return "a live patch or another TOA module has done so";
	case -ESHUTDOWN:
		return "kernel.ftrace_enabled is 0";
	case -EOPNOTSUPP:
		return "not in this kernel";
	default:
		return "ftrace refuses";
	}
}

/* Kretprobes that use ftrace would be set, and never hit, while it is off. */
static bool kretprobes_instead(int err)
{
	return err != -ESHUTDOWN || !IS_ENABLED(CONFIG_KPROBES_ON_FTRACE);
}

int toa_hooks_start(void)
{
	int err;

	if (hook != HOOK_KRETPROBE) {
		err = toa_redirect_start();
		if (!err) {
			hook = HOOK_FTRACE;
			return 0;
		}
		if (hook == HOOK_FTRACE || !kretprobes_instead(err)) {
			pr_err("cannot redirect functions: %s (%d)\n",
			       redirect_problem(err), err);
			return err;
		}
		pr_info("kretprobes instead of redirection: %s (%d)\n",
			redirect_problem(err), err);
	}

	err = toa_kretprobe_start();
	if (err) {
		pr_err("cannot set kretprobes: %d\n", err);
		return err;
	}
	hook = HOOK_KRETPROBE;
	return 0;
}

void toa_hooks_stop(void)
{
	if (hook == HOOK_FTRACE)
		toa_redirect_stop();
	else
		toa_kretprobe_stop();
	toa_wait_for_tasks();
}

int toa_hooks_elsewhere_start(void)
{
	return hook == HOOK_FTRACE ? toa_redirect_elsewhere_start() :
				     toa_kretprobe_elsewhere_start();
}

void toa_hooks_elsewhere_stop(void)
{
	if (hook == HOOK_FTRACE)
		toa_redirect_elsewhere_stop();
	else
		toa_kretprobe_elsewhere_stop();
	toa_wait_for_tasks();
}

void toa_wait_for_tasks(void)
{
	toa_synchronize_rcu_tasks();
	toa_synchronize_rcu();
	toa_synchronize_rcu_tasks();
}

const char *toa_hooks_name(void)
{
	return hook_names[hook];
}

unsigned long toa_hooks_missed(void)
{
	return toa_kretprobe_missed();
}
