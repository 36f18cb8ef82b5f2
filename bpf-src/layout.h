/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What the programs and user space share: the maps' keys and values. Addresses
 * and ports are in network byte order unless said otherwise; an IPv4 address
 * is kept as ::ffff:a.b.c.d.
 */
#ifndef TOA_BPF_LAYOUT_H
#define TOA_BPF_LAYOUT_H

#include <linux/types.h>

#define TOA_MAX_TRUSTED 512
#define TOA_MAX_OPTIONS 64
#define TOA_MAX_WAITING 16384

struct toa_endpoint {
	__u32 address[4];
	__u16 port;
	__u16 reserved;
};

/* Value of `clients`: what is known of one connection. */
struct toa_client {
	struct toa_endpoint client;
	/* Whom the kernel thinks it talks to: the load balancer. */
	struct toa_endpoint balancer;
	struct toa_endpoint local;
	/* Kind and length of the option that named the client. */
	__u8 kind;
	__u8 length;
	__u16 reserved;
};

/* Key of `trusted`; the prefix length counts the family's 32 bits, too. */
struct toa_prefix {
	__u32 length;
	/* 4 or 6 in the last byte. */
	__u8 family[4];
	/* An IPv4 address in the first four bytes. */
	__u32 address[4];
};

/*
 * Key of `options`. Length 0 says that the kind is known, so that the same
 * kind with a length that is not in the map counts as malformed.
 */
struct toa_option_key {
	__u8 kind;
	__u8 length;
};

/* Value of `options`; offsets are bytes from the kind. */
struct toa_option_format {
	/* 4 or 6. */
	__u8 family;
	/* 0: the option has no port, the load balancer's stays. */
	__u8 port_offset;
	__u8 address_offset;
	/* What the byte behind the length must be; 0: anything. */
	__u8 version;
};

/* Value of `control`. */
struct toa_control {
	/*
	 * The generation whose programs work; those of all others do nothing.
	 * Writing it switches every hook at once. 0 is none.
	 */
	__u32 generation;
};

/* Bits of the vendors' socket calls. */
enum toa_call {
	TOA_CALL_NAT64 = 1,
	TOA_CALL_TTM = 2,
};

/* Value of `settings`: what the profile says beside its options. */
struct toa_settings {
	/* The socket calls that are answered. */
	__u32 calls;
	/* For user space: the words of the profile, terminated. */
	char profile[1004];
};

/* Value of `about`: what user space wants to find again. Terminated text. */
struct toa_about {
	__u32 generation;
	/* Whether there is a link on getsockopt. */
	__u32 getsockopt;
	char version[32];
	/* Hash of the object file in hexadecimal digits. */
	char object[68];
	/* Absolute path of the cgroup, in the mount namespace of the loader. */
	char cgroup[1024];
};

/* Keys of `counters`. The first ones are the module's, in its order. */
enum toa_counter {
	TOA_SYN_RECV_SOCK_TOA,
	TOA_SYN_RECV_SOCK_NO_TOA,
	TOA_GETNAME_TOA_OK,
	/* An address, but none for this socket's peer or family. */
	TOA_GETNAME_TOA_MISMATCH,
	/* Never counted here: the kernel does not ask for a closed socket. */
	TOA_GETNAME_TOA_BYPASS,
	TOA_GETNAME_TOA_EMPTY,
	TOA_IP6_ADDRESS_ALLOC,
	TOA_IP6_ADDRESS_FREE,
	TOA_ENTRY_ALLOC,
	TOA_ENTRY_FREE,
	TOA_UNTRUSTED,
	TOA_OPTION_MALFORMED,
	TOA_ALLOC_FAILED,
	TOA_TABLE_FULL,
	/* The address came in a segment after the handshake. */
	TOA_LATE_OPTION,
	/* getsockopt(IPPROTO_IP, 4096 or 1345) answered. */
	TOA_GETSOCKOPT_OK,
	TOA_COUNTERS,
};

#endif
