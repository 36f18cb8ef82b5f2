/* SPDX-License-Identifier: GPL-2.0-only */
/* A synthetic load balancer: TCP made by hand, behind a TUN device. */
#ifndef WIRE_H
#define WIRE_H

#include "host.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Addresses of the machine; those of the load balancers end with 2 instead. */
#define WIRE_IP4 "10.9.0.1"
#define WIRE_IP4_UNTRUSTED "203.0.113.1"
#define WIRE_IP6 "fd09::1"
#define LB_IP4 "10.9.0.2"
#define LB_IP4_UNTRUSTED "203.0.113.2"
#define LB_IP6 "fd09::2"

enum {
	FIN = 1,
	SYN = 2,
	RST = 4,
	ACK = 16,
};

struct wire_connection {
	bool ip6;
	uint8_t local[16];
	uint8_t remote[16];
	uint16_t local_port;
	uint16_t remote_port;
	uint32_t sequence;
	uint32_t acknowledge;
};

/* In the network namespace of the caller. Exits when that fails. */
void wire_open(const char *device);
void wire_close(void);

/* From the load balancer @from, to the machine's own address in its network. */
void wire_connection(struct wire_connection *connection, const char *from,
		     uint16_t to_port);

void wire_send(struct wire_connection *connection, int flags,
	       const void *options, size_t options_size,
	       const void *data, size_t data_size);

/* The other way round: waits for a SYN (IPv4) and answers it. */
bool wire_answer(struct wire_connection *connection, const void *options,
		 size_t options_size);

/* SYN, and waits for the answer. False after some seconds. */
bool wire_syn(struct wire_connection *connection);

/* With these options, besides the usual one where that fits, and TCP Fast Open. */
bool wire_syn_with(struct wire_connection *connection, const void *options,
		   size_t options_size, const void *data, size_t data_size);

/* Everything after the SYN in one segment: ACK and @flags, options, data. */
bool wire_connect(struct wire_connection *connection, int flags,
		  const void *options, size_t options_size,
		  const void *data, size_t data_size);

void wire_reset(struct wire_connection *connection);

#endif
