// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line for each socket that has an address, in every network namespace.
 *
 * What seq_file shows at one time is a whole bucket of the store, and all that
 * lasts from one read() to the next is its number. The buffer grows to what
 * the fullest bucket needs.
 */
#include "table.h"

#include <linux/kernel.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/net_namespace.h>

#include "address.h"
#include "compat.h"
#include "proc.h"
#include "store.h"
#include "uapi/toa.h"

#define TABLE_NAME "toa_table"

/*
 * A bucket has some thirty entries when the store is full, so that all of it
 * is copied at once: then sockets that come and go make a reader miss none
 * that stays, and see none twice.
 */
struct table_reader {
	struct seq_net_private net;
	struct toa_connection rows[128];
};

/* Position 0 is the heading, N the bucket before it. */
static void *seek(loff_t *position)
{
	if (!*position)
		return SEQ_START_TOKEN;

	while (*position <= toa_store_buckets() &&
	       toa_store_is_empty(*position - 1))
		++*position;
	return *position <= toa_store_buckets() ? position : NULL;
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

static void show_address(struct seq_file *seq, const struct in6_addr *ip,
			 __be16 port)
{
	char text[TOA_ADDRESS_SIZE];

	toa_address_text(text, ip, port);
	seq_printf(seq, "%-21s ", text);
}

static void show_connection(struct seq_file *seq,
			    const struct toa_connection *connection)
{
	show_address(seq, &connection->client, connection->client_port);
	show_address(seq, &connection->peer, connection->peer_port);
	show_address(seq, &connection->local, connection->local_port);
	seq_printf(seq, "%3u/%-3u %u\n", connection->kind, connection->length,
		   connection->netns);
}

static int table_show(struct seq_file *seq, void *item)
{
	struct table_reader *reader = seq->private;
	const struct net *net = seq_file_net(seq);
	unsigned int shown = 0;
	unsigned int count, i;

	if (item == SEQ_START_TOKEN) {
		seq_printf(seq, "%-21s %-21s %-21s %-7s %s\n", "client",
			   "balancer", "local", "option", "netns");
		return 0;
	}

	do {
		count = toa_store_copy(*(loff_t *)item - 1, shown, reader->rows,
				       ARRAY_SIZE(reader->rows));
		for (i = 0; i < count; i++)
			if (net_eq(net, &init_net) ||
			    reader->rows[i].netns == toa_net_number(net))
				show_connection(seq, &reader->rows[i]);
		shown += count;
	} while (count == ARRAY_SIZE(reader->rows));
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
	return toa_proc_create_net(TABLE_NAME, net, &table_operations,
				   sizeof(struct table_reader)) ? 0 : -ENOMEM;
}

static void __net_exit table_net_exit(struct net *net)
{
	remove_proc_entry(TABLE_NAME, net->proc_net);
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
