// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "odd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/tls.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SO_PEERNAME
#define SO_PEERNAME 28
#endif
#define SMC_OVER_IP4 0
#define SMC_OVER_IP6 1

bool make_tls(int fd)
{
	struct tls12_crypto_info_aes_gcm_128 keys = {
		.info.version = TLS_1_2_VERSION,
		.info.cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 3))
		return false;
	check(!setsockopt(fd, SOL_TLS, TLS_TX, &keys, sizeof(keys)) &&
	      !setsockopt(fd, SOL_TLS, TLS_RX, &keys, sizeof(keys)),
	      "keys of TLS: %s", strerror(errno));
	return true;
}

static long bpf(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

int put_into_sockmap(int fd)
{
	union bpf_attr attributes = { 0 };
	uint32_t key = 0, value = fd;
	int map;

	attributes.map_type = BPF_MAP_TYPE_SOCKMAP;
	attributes.key_size = sizeof(key);
	attributes.value_size = sizeof(value);
	attributes.max_entries = 1;
	map = bpf(BPF_MAP_CREATE, &attributes);
	if (map < 0)
		return -1;
	memset(&attributes, 0, sizeof(attributes));
	attributes.map_fd = map;
	attributes.key = (uintptr_t)&key;
	attributes.value = (uintptr_t)&value;
	if (bpf(BPF_MAP_UPDATE_ELEM, &attributes)) {
		close(map);
		return -1;
	}
	return map;
}

/* The third way to ask for the name of the peer. */
static void by_option(const struct listener *listener, const char *from)
{
	struct sockaddr_storage name = { 0 };
	struct wire_connection wire;
	socklen_t size = listener->ip6 ? sizeof(struct sockaddr_in6) :
					 sizeof(struct sockaddr_in);
	int fd;

	fd = connection("for SO_PEERNAME", listener, from, GOOD, "", &somebody, &wire);
	check(!getsockopt(fd, SOL_SOCKET, SO_PEERNAME, &name, &size),
	      "SO_PEERNAME: %s", strerror(errno));
	same("SO_PEERNAME", address_text(&name),
	     name_text(&wire, listener->ip6, &somebody));
	wire_reset(&wire);
	close(fd);
}

static void over_tls(const struct listener *listener, const char *from)
{
	struct wire_connection wire;
	int fd;

	fd = connection("for TLS", listener, from, GOOD, "", &somebody, &wire);
	if (make_tls(fd)) {
		judge_socket("TLS", fd, listener->ip6, &wire, &somebody);
		judge_row("TLS", &wire, &somebody, "254/8");
	} else {
		check(errno == ENOENT || errno == ENOPROTOOPT, "TLS: %s", strerror(errno));
		printf("this kernel has no TLS\n");
	}
	wire_reset(&wire);
	close(fd);
	check(balanced(), "entries after TLS");
}

static void in_sockmap(const struct listener *listener, const char *from)
{
	struct wire_connection wire;
	int fd, map;

	fd = connection("for a sockmap", listener, from, GOOD, "", &somebody, &wire);
	map = put_into_sockmap(fd);
	check(map >= 0, "sockmap: %s", strerror(errno));
	judge_socket("in a sockmap", fd, listener->ip6, &wire, &somebody);
	close(map);
	judge_socket("was in a sockmap", fd, listener->ip6, &wire, &somebody);
	map = put_into_sockmap(fd);
	wire_reset(&wire);
	close(fd);
	close(map);
	check(balanced(), "entries after sockmap");
}

static void with_mptcp(int family, const char *address, const char *from)
{
	struct listener listener = listener_open(family, IPPROTO_MPTCP, address);
	struct wire_connection wire;
	int fd;

	if (listener.fd < 0) {
		check(errno == EPROTONOSUPPORT || errno == ENOPROTOOPT, "MPTCP: %s",
		      strerror(errno));
		printf("this kernel has no MPTCP\n");
		return;
	}
	/* A client that knows no MPTCP gets an ordinary socket. */
	fd = connection("MPTCP listener", &listener, from, GOOD, "", &somebody, &wire);
	wire_reset(&wire);
	close(fd);
	once("MPTCP listener, none", &listener, from, NONE, "", &nobody);
	close(listener.fd);
}

/* An SMC socket holds a TCP socket and passes all questions on to it. */
static void with_smc(int protocol, const char *from)
{
	struct sockaddr_storage address = { 0 };
	struct wire_connection wire;
	struct listener listener = { .ip6 = protocol == SMC_OVER_IP6 };
	struct sockaddr_in *sin = (struct sockaddr_in *)&address;
	socklen_t size = sizeof(address);
	int fd;

	listener.fd = socket(AF_SMC, SOCK_STREAM, protocol);
	if (listener.fd < 0) {
		check(errno == EAFNOSUPPORT, "SMC: %s", strerror(errno));
		printf("this kernel has no SMC\n");
		return;
	}
	address.ss_family = listener.ip6 ? AF_INET6 : AF_INET;
	if (bind(listener.fd, (struct sockaddr *)&address,
		 listener.ip6 ? sizeof(struct sockaddr_in6) : sizeof(*sin)) ||
	    listen(listener.fd, 8) ||
	    getsockname(listener.fd, (struct sockaddr *)&address, &size))
		die("SMC listener");
	listener.port = ntohs(sin->sin_port);
	wire_connection(&wire, from, listener.port);
	if (!wire_connect(&wire, 0, GOOD, "", 0) ||
	    (fd = accept_from(&listener, &address, 5000)) < 0) {
		check(false, "SMC: no connection");
		return;
	}
	same("SMC, accept", address_text(&address), name_text(&wire, listener.ip6, &somebody));
	same("SMC", peer_text(fd), name_text(&wire, listener.ip6, &somebody));
	same("SMC: 1345", ask(fd, 1345, 20), "2 " CLIENT);
	judge_row("SMC", &wire, &somebody, "254/8");
	wire_reset(&wire);
	close(fd);
	close(listener.fd);
	check(balanced(), "entries after SMC");
}

#ifdef __x86_64__
/* A system call as 32-bit processes make it. */
static int old_call(int number, int a, long b, long c, long d, long e)
{
	int result;

	asm volatile("int $0x80" : "=a"(result)
		     : "a"(number), "b"((long)a), "c"(b), "d"(c), "S"(d), "D"(e)
		     : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static void from_32_bits(const struct listener *listener)
{
	static const uint8_t option[] = {
		254, 20, PORT, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99,
	};
	static const struct client client = { "2001:db8::99", 12345 };
	struct wire_connection wire;
	uint32_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	uint8_t *answer = (uint8_t *)(low + 16);
	long answer_at = (long)answer, size_at = (long)low, arguments = (long)(low + 4);
	int fd, result;

	fd = connection("for 32 bits", listener, LB_IP4, option, sizeof(option), "",
			&client, &wire);
	low[0] = 20;
	result = old_call(365 /* getsockopt */, fd, IPPROTO_IP, 4096, answer_at, size_at);
	check(!result && low[0] == 20 && !memcmp(answer, option + 4, 16) &&
	      !memcmp(answer + 16, option + 2, 2) && !answer[18] && !answer[19],
	      "32 bits: 4096: %d, size %u", result, low[0]);
	memset(answer, 0, 32);
	low[0] = 20;
	result = old_call(365, fd, IPPROTO_IP, 1345, answer_at, size_at);
	check(!result && low[0] == 20 && answer[0] == AF_INET6 && !answer[1] &&
	      !memcmp(answer + 2, option + 2, 18), "32 bits: 1345: %d", result);
	low[0] = 19;
	result = old_call(365, fd, IPPROTO_IP, 4096, answer_at, size_at);
	check(result == -EINVAL, "32 bits: 4096, 19 bytes: %d", result);
	/* The older way there, through socketcall(). */
	low[0] = 20;
	low[4] = fd;
	low[5] = IPPROTO_IP;
	low[6] = 4096;
	low[7] = answer_at;
	low[8] = size_at;
	memset(answer, 0, 32);
	result = old_call(102 /* socketcall */, 15 /* getsockopt */, arguments, 0, 0, 0);
	check(!result && !memcmp(answer, option + 4, 16), "32 bits: socketcall: %d", result);
	wire_reset(&wire);
	close(fd);

	fd = connection("for 32 bits", listener, LB_IP4, GOOD, "", &somebody, &wire);
	low[0] = 16;
	result = old_call(368 /* getpeername */, fd, answer_at, size_at, 0, 0);
	check(!result && !memcmp(answer + 2, (uint8_t[]){ PORT, 1, 2, 3, 4 }, 6),
	      "32 bits: getpeername: %d", result);
	wire_reset(&wire);
	close(fd);
	munmap(low, 4096);
}
#endif

void odd_sockets(const struct listener *ip4, const struct listener *dual)
{
	by_option(ip4, LB_IP4);
	by_option(dual, LB_IP4);
	over_tls(ip4, LB_IP4);
	in_sockmap(ip4, LB_IP4);
	with_mptcp(AF_INET, "0.0.0.0", LB_IP4);
	with_smc(SMC_OVER_IP4, LB_IP4);
	if (have_ip6()) {
		by_option(dual, LB_IP6);
		over_tls(dual, LB_IP6);
		in_sockmap(dual, LB_IP6);
		with_mptcp(AF_INET6, "::", LB_IP6);
		with_smc(SMC_OVER_IP6, LB_IP6);
	}
#ifdef __x86_64__
	from_32_bits(ip4);
#endif
}
