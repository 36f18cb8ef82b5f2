// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "TOA: " fmt

#include "log.h"

#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <net/sock.h>

#include "address.h"
#include "compat.h"
#include "handshake.h"
#include "stats.h"

static const char *verdict(const struct toa_finding *finding, bool added)
{
	if (finding->result == TOA_UNTRUSTED_SOURCE)
		return "untrusted";
	if (!added)
		return "full";

	switch (finding->elsewhere) {
	case TOA_LATE_OPTION:
		return "late";
	case TOA_DEFERRED_OPTION:
		return "deferred";
	case TOA_SYN_OPTION:
		return "syn";
	default:
		return "client";
	}
}

/* Not inlined, so that only who wants to read the line pays for its stack. */
static noinline void print_line(const struct sock *sk,
				const struct toa_finding *finding, bool added)
{
	const struct toa_client *client = &finding->client;
	char client_text[TOA_ADDRESS_SIZE];
	char peer_text[TOA_ADDRESS_SIZE];
	struct in6_addr peer, local;

	toa_read_addresses(sk, &peer, &local);
	toa_address_text(peer_text, &peer, toa_peer_port(sk));
	if (finding->result == TOA_BAD_OPTION) {
		pr_info("from %s: option %u/%u, verdict malformed\n",
			peer_text, client->kind, client->length);
		return;
	}
	toa_address_text(client_text, &client->ip,
			 client->port ? : toa_peer_port(sk));
	pr_info("from %s: option %u/%u, client %s, verdict %s\n", peer_text,
		client->kind, client->length, client_text,
		verdict(finding, added));
}

void toa_log_finding(const struct sock *sk, const struct toa_finding *finding,
		     bool added)
{
	if (finding->result != TOA_PLAIN)
		toa_when_debugging("a line for each connection with an option\n",
				   print_line(sk, finding, added));
}
