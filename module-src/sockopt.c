// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "sockopt.h"

#include <linux/in.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/uaccess.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "compat.h"
#include "name.h"
#include "profile.h"
#include "stats.h"
#include "uapi/toa.h"

#if IS_ENABLED(CONFIG_NETFILTER)

static int answer_nat64(const struct sock *sk, const struct toa_name *name,
			struct toa_nat64_peer *peer)
{
	/* What getpeername() says is right then. */
	if (sk->sk_family != AF_INET || ipv6_addr_v4mapped(&name->ip))
		return -EFAULT;

	peer->saddr = name->ip;
	peer->port = name->port;
	return 0;
}

static int answer_ttm(const struct toa_name *name, struct toa_ttm_peer *peer)
{
	peer->port = name->port;
	if (ipv6_addr_v4mapped(&name->ip)) {
		peer->af = AF_INET;
		memcpy(peer->address, &name->ip.s6_addr32[3], 4);
	} else {
		peer->af = AF_INET6;
		memcpy(peer->address, &name->ip, 16);
	}
	return 0;
}

static int get(struct sock *sk, int call, void __user *user, int *length)
{
	union {
		struct toa_nat64_peer nat64;
		struct toa_ttm_peer ttm;
	} answer;
	struct toa_name name;
	int err;

	BUILD_BUG_ON(sizeof(answer.nat64) != 20 || sizeof(answer.ttm) != 20);

	if (sk->sk_protocol != IPPROTO_TCP)
		return -ENOPROTOOPT;
	if (*length < (int)sizeof(answer))
		return -EINVAL;
	err = toa_name_find(sk, &name);
	if (err)
		return err;

	memset(&answer, 0, sizeof(answer));
	err = call == TOA_SO_NAT64_PEER ? answer_nat64(sk, &name, &answer.nat64) :
					  answer_ttm(&name, &answer.ttm);
	if (err)
		return err;
	if (copy_to_user(user, &answer, sizeof(answer)))
		return -EFAULT;
	*length = sizeof(answer);
	toa_count(TOA_GETSOCKOPT_OK);
	return 0;
}

static struct nf_sockopt_ops nat64_ops = {
	.pf = PF_INET,
	.get_optmin = TOA_SO_NAT64_PEER,
	.get_optmax = TOA_SO_NAT64_PEER + 1,
	.get = get,
	.owner = THIS_MODULE,
};

static struct nf_sockopt_ops ttm_ops = {
	.pf = PF_INET,
	.get_optmin = TOA_SO_TTM_PEER,
	.get_optmax = TOA_SO_TTM_PEER + 1,
	.get = get,
	.owner = THIS_MODULE,
};

static unsigned int answered;

static void answer_call(unsigned int call, struct nf_sockopt_ops *ops,
			bool wanted)
{
	int err;

	if (wanted == !!(answered & call))
		return;
	if (!wanted) {
		nf_unregister_sockopt(ops);
		answered &= ~call;
		return;
	}

	err = nf_register_sockopt(ops);
	if (err)
		pr_warn("getsockopt %d belongs to another module, not answered (%d)\n",
			ops->get_optmin, err);
	else
		answered |= call;
}

void toa_sockopt_answer(unsigned int calls)
{
	answer_call(TOA_CALL_NAT64, &nat64_ops, calls & TOA_CALL_NAT64);
	answer_call(TOA_CALL_TTM, &ttm_ops, calls & TOA_CALL_TTM);
}

#else

static const unsigned int answered;

void toa_sockopt_answer(unsigned int calls)
{
	if (calls)
		pr_warn("getsockopt: not answered, as this kernel has no netfilter\n");
}

#endif

const char *toa_sockopt_answered(void)
{
	static const char * const texts[] = {
		[0] = "none",
		[TOA_CALL_NAT64] = "4096",
		[TOA_CALL_TTM] = "1345",
		[TOA_CALL_NAT64 | TOA_CALL_TTM] = "4096,1345",
	};

	return texts[answered];
}
