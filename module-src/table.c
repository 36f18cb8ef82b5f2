// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line for each socket that has an address, in every network namespace.
 *
 * What seq_file shows at one time is a whole bucket of the store, in one RCU
 * section. So sockets that come and go cannot make a reader miss one that
 * stays or see it twice, and all that lasts from one read() to the next is
 * the number of a bucket. The buffer grows to what the fullest bucket needs.
 */
#include "table.h"

#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "proc.h"
#include "store.h"
#include "uapi/toa.h"

#define PROC_NAME "toa_table"

/* Position 0 is the heading. An empty bucket is not worth a call. */
static void *seek(loff_t *position)
{
	const struct hlist_head *bucket;

	if (!*position)
		return SEQ_START_TOKEN;

	while ((bucket = toa_store_bucket(*position - 1)) && hlist_empty(bucket))
		++*position;
	return (void *)bucket;
}

static void *table_start(struct seq_file *seq, loff_t *position)
{
	return seek(position);
}

static void *table_next(struct seq_file *seq, void *item, loff_t *position)
{
	/* A million sockets of others are much to pass by. */
	cond_resched();
	++*position;
	return seek(position);
}

static void table_stop(struct seq_file *seq, void *item)
{
}

static void show_address(struct seq_file *seq,
			 const struct toa_address *address)
{
	char text[INET6_ADDRSTRLEN + sizeof("[]:65535")];
	unsigned int port = ntohs(address->port);

	if (ipv6_addr_v4mapped(&address->ip))
		scnprintf(text, sizeof(text), "%pI4:%u",
			  &address->ip.s6_addr32[3], port);
	else
		scnprintf(text, sizeof(text), "[%pI6c]:%u", &address->ip, port);
	seq_printf(seq, "%-21s ", text);
}

static void show_connection(struct seq_file *seq,
			    const struct toa_connection *connection)
{
	show_address(seq, &connection->client);
	show_address(seq, &connection->peer);
	show_address(seq, &connection->local);
	seq_printf(seq, "%3u/%-3u %u\n", connection->kind, connection->length,
		   connection->netns);
}

static int table_show(struct seq_file *seq, void *item)
{
	const struct net *net = seq_file_net(seq);
	const struct hlist_head *bucket = item;
	const struct toa_entry *entry;

	if (item == SEQ_START_TOKEN) {
		seq_printf(seq, "%-21s %-21s %-21s %-7s %s\n", "client",
			   "balancer", "local", "option", "netns");
		return 0;
	}

	rcu_read_lock();
	hlist_for_each_entry_rcu(entry, bucket, node)
		if (net_eq(net, &init_net) ||
		    entry->connection.netns == toa_net_number(net))
			show_connection(seq, &entry->connection);
	rcu_read_unlock();
	return 0;
}

static const struct seq_operations table_operations = {
	.start = table_start,
	.next = table_next,
	.stop = table_stop,
	.show = table_show,
};

static int __net_init table_net_init(struct net *net)
{
	return toa_proc_create_net(PROC_NAME, net, &table_operations) ? 0 :
								      -ENOMEM;
}

static void __net_exit table_net_exit(struct net *net)
{
	remove_proc_entry(PROC_NAME, net->proc_net);
}

static struct pernet_operations table_net_operations = {
	.init = table_net_init,
	.exit = table_net_exit,
};

int toa_table_init(void)
{
	int err;

	err = toa_proc_check(TOA_TABLE_PATH);
	if (err)
		return err;
	return register_pernet_subsys(&table_net_operations);
}

void toa_table_exit(void)
{
	unregister_pernet_subsys(&table_net_operations);
}
