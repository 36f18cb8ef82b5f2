// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts a destructor of its own before that of a socket, as TLS in a network
 * card does. To be unloaded when all its sockets are gone.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/net.h>
#include <net/sock.h>

static int fd = -1;
module_param(fd, int, 0444);
MODULE_PARM_DESC(fd, "the socket, a descriptor of the process that loads this");

static void (*original)(struct sock *sk);

static void destruct(struct sock *sk)
{
	original(sk);
}

static int __init wrapper_init(void)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	original = sock->sk->sk_destruct;
	sock->sk->sk_destruct = destruct;
	sockfd_put(sock);
	return 0;
}

static void __exit wrapper_exit(void)
{
}

module_init(wrapper_init);
module_exit(wrapper_exit);

MODULE_DESCRIPTION("Stands in for those who wrap a socket's destructor");
MODULE_LICENSE("GPL");
