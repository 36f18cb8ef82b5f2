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

struct line {
	char text[2 * TOA_ADDRESS_SIZE + 64];
};

static const char *verdict(const struct toa_finding *finding, bool added)
{
	if (finding->result == TOA_BAD_OPTION)
		return "malformed";
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

static const char *write_line(struct line *line, const struct sock *sk,
			      const struct toa_finding *finding, bool added)
{
	const struct toa_client *client = &finding->client;
	char client_text[TOA_ADDRESS_SIZE];
	char peer_text[TOA_ADDRESS_SIZE];
	struct in6_addr peer, local;

	toa_read_addresses(sk, &peer, &local);
	toa_address_text(peer_text, &peer, toa_peer_port(sk));
	client_text[0] = '\0';
	if (finding->result != TOA_BAD_OPTION)
		toa_address_text(client_text, &client->ip,
				 client->port ? : toa_peer_port(sk));
	scnprintf(line->text, sizeof(line->text),
		  "from %s: option %u/%u, %s%s%sverdict %s", peer_text,
		  client->kind, client->length, *client_text ? "client " : "",
		  client_text, *client_text ? ", " : "",
		  verdict(finding, added));
	return line->text;
}

void toa_log_finding(const struct sock *sk, const struct toa_finding *finding,
		     bool added)
{
	struct line line;

	/* The line is written only when somebody wants to read it. */
	if (finding->result != TOA_PLAIN)
		toa_debug("%s\n", write_line(&line, sk, finding, added));
}
