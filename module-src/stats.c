// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <linux/cpumask.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "hooks.h"
#include "proc.h"
#include "uapi/toa.h"

#define STATS_NAME "toa_stats"

struct toa_counters __percpu *toa_counters;

static const char * const counter_names[] = {
	[TOA_SYN_RECV_SOCK_TOA]		= "syn_recv_sock_toa",
	[TOA_SYN_RECV_SOCK_NO_TOA]	= "syn_recv_sock_no_toa",
	[TOA_GETNAME_TOA_OK]		= "getname_toa_ok",
	[TOA_GETNAME_TOA_MISMATCH]	= "getname_toa_mismatch",
	[TOA_GETNAME_TOA_BYPASS]	= "getname_toa_bypass",
	[TOA_GETNAME_TOA_EMPTY]		= "getname_toa_empty",
	[TOA_IP6_ADDRESS_ALLOC]		= "ip6_address_alloc",
	[TOA_IP6_ADDRESS_FREE]		= "ip6_address_free",
	[TOA_ENTRY_ALLOC]		= "entry_alloc",
	[TOA_ENTRY_FREE]		= "entry_free",
	[TOA_UNTRUSTED]			= "untrusted",
	[TOA_OPTION_MALFORMED]		= "malformed",
	[TOA_ALLOC_FAILED]		= "alloc_failed",
	[TOA_TABLE_FULL]		= "table_full",
	[TOA_LATE_OPTION]		= "late_option",
	[TOA_DEFERRED_OPTION]		= "deferred_option",
	[TOA_SYN_OPTION]		= "syn_option",
	[TOA_DEFERRED_LOST]		= "deferred_lost",
	[TOA_GETSOCKOPT_OK]		= "getsockopt_ok",
	[TOA_DESTRUCTOR_UNKNOWN]	= "destructor_unknown",
};

static struct {
	u8 kind;
	u8 length;
} counted_options[TOA_OPTION_COUNTERS];

static unsigned int option_count;

u8 toa_option_counter(u8 kind, u8 length)
{
	unsigned int i;

	for (i = 0; i < option_count; i++)
		if (counted_options[i].kind == kind &&
		    counted_options[i].length == length)
			return i;
	if (i == TOA_OPTION_COUNTERS)
		return TOA_OPTION_COUNTERS;

	counted_options[i].kind = kind;
	counted_options[i].length = length;
	/* After the names, for show_options(). */
	smp_store_release(&option_count, i + 1);
	return i;
}

static void show_options(struct seq_file *seq)
{
	/* Before the names, which toa_option_counter() writes. */
	unsigned int count = smp_load_acquire(&option_count);
	char name[sizeof("option_255/255")];
	unsigned int i;
	int cpu;

	for (i = 0; i < count; i++) {
		scnprintf(name, sizeof(name), "option_%u/%u",
			  counted_options[i].kind, counted_options[i].length);
		seq_printf(seq, "%-25s:", name);
		for_each_online_cpu(cpu)
			seq_printf(seq, "%10lu ",
				   per_cpu_ptr(toa_counters, cpu)->option[i]);
		seq_putc(seq, '\n');
	}
}

/* The widths are those of the other TOA modules: tools parse them. */
static int show_stats(struct seq_file *seq, void *unused)
{
	unsigned long missed = toa_hooks_missed();
	unsigned int i;
	int cpu;

	seq_printf(seq, "%34s", "");
	for_each_online_cpu(cpu)
		seq_printf(seq, "CPU%d%7s", cpu, "");
	seq_putc(seq, '\n');

	for (i = 0; i < TOA_COUNTERS; i++) {
		seq_printf(seq, "%-25s:", counter_names[i]);
		for_each_online_cpu(cpu)
			seq_printf(seq, "%10lu ",
				   per_cpu_ptr(toa_counters, cpu)->value[i]);
		seq_putc(seq, '\n');
	}

	/* The kernel counts these for all CPUs together: shown at the first. */
	seq_printf(seq, "%-25s:", "kretprobe_missed");
	for_each_online_cpu(cpu) {
		seq_printf(seq, "%10lu ", missed);
		missed = 0;
	}
	seq_putc(seq, '\n');
	show_options(seq);
	return 0;
}

int toa_stats_init(void)
{
	int err;

	err = toa_proc_check(TOA_STATS_PATH);
	if (err)
		return err;

	toa_counters = alloc_percpu(struct toa_counters);
	if (!toa_counters)
		return -ENOMEM;

	if (!toa_proc_create_single(STATS_NAME, init_net.proc_net, show_stats)) {
		free_percpu(toa_counters);
		return -ENOMEM;
	}
	return 0;
}

void toa_stats_exit(void)
{
	remove_proc_entry(STATS_NAME, init_net.proc_net);
	free_percpu(toa_counters);
}
