// SPDX-License-Identifier: GPL-2.0-only
/*
 * toa: gives TCP sockets behind a load balancer the address of the client,
 * which the load balancer writes into an option of the TCP header.
 */
#define pr_fmt(fmt) "TOA: " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "hooks.h"
#include "settings.h"
#include "stats.h"
#include "store.h"
#include "table.h"
#include "trust.h"
#include "waiting.h"

#define TOA_VERSION "0.1.0"

static int __init toa_init(void)
{
	int err;

	err = toa_trust_init();
	if (err)
		goto trust_exit;
	err = toa_settings_init();
	if (err)
		goto settings_exit;
	err = toa_hooks_find();
	if (err)
		goto settings_exit;
	toa_store_destructors(toa_functions[TOA_IP4].destruct,
			      toa_functions[TOA_IP6].destruct);
	err = toa_stats_init();
	if (err)
		goto settings_exit;
	err = toa_store_init();
	if (err)
		goto stats_exit;
	err = toa_table_init();
	if (err)
		goto store_exit;
	err = toa_hooks_start();
	if (err)
		goto table_exit;
	err = toa_settings_start();
	if (err)
		goto hooks_stop;

	pr_info("toa load success\n");
	pr_info("version %s, hook %s\n", TOA_VERSION, toa_hooks_name());
	return 0;

hooks_stop:
	toa_store_close();
	toa_hooks_stop();
table_exit:
	toa_table_exit();
store_exit:
	toa_store_exit();
stats_exit:
	toa_stats_exit();
settings_exit:
	toa_settings_exit();
trust_exit:
	toa_trust_exit();
	return err;
}

static void __exit toa_exit(void)
{
	toa_settings_stop();
	toa_store_close();
	toa_hooks_stop();
	toa_waiting_stop();
	toa_table_exit();
	toa_store_exit();
	toa_stats_exit();
	toa_settings_exit();
	toa_trust_exit();
	pr_info("TOA unloaded\n");
}

module_init(toa_init);
module_exit(toa_exit);

MODULE_AUTHOR("toa developers");
MODULE_DESCRIPTION("Client addresses from a TCP option (TOA)");
MODULE_VERSION(TOA_VERSION);
MODULE_LICENSE("GPL");
