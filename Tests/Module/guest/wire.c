// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int tun = -1;
static uint16_t next_port = 20000;

static void add_ip4(const char *device, int number, const char *address)
{
	struct ifreq request = { 0 };
	struct sockaddr_in *sin = (struct sockaddr_in *)&request.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, IFNAMSIZ, number ? "%s:%d" : "%s", device,
		 number);
	sin->sin_family = AF_INET;
	inet_pton(AF_INET, address, &sin->sin_addr);
	if (ioctl(fd, SIOCSIFADDR, &request))
		die("address %s", address);
	inet_pton(AF_INET, "255.255.255.0", &sin->sin_addr);
	if (ioctl(fd, SIOCSIFNETMASK, &request))
		die("netmask");
	close(fd);
}

static void set_up(const char *device)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		die("flags of %s", device);
	request.ifr_flags |= IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("%s up", device);
	close(fd);
}

static void add_ip6(const char *device, const char *address)
{
	struct ifreq request = { 0 };
	struct {
		struct in6_addr address;
		uint32_t length;
		int index;
	} request6 = { .length = 64 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	if (ioctl(fd, SIOCGIFINDEX, &request))
		die("index of %s", device);
	inet_pton(AF_INET6, address, &request6.address);
	request6.index = request.ifr_ifindex;
	if (ioctl(fd, SIOCSIFADDR, &request6))
		die("address %s", address);
	close(fd);
}

void wire_open(const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	/* An address that is still tentative does not answer. */
	write_file("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
	write_file("/proc/sys/net/ipv6/conf/all/accept_dad", "0");

	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0)
		die("/dev/net/tun");
	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	if (ioctl(tun, TUNSETIFF, &request))
		die("TUNSETIFF");
	set_up("lo");
	set_up(device);
	add_ip4(device, 0, WIRE_IP4);
	add_ip4(device, 1, WIRE_IP4_UNTRUSTED);
	if (have_ip6())
		add_ip6(device, WIRE_IP6);
}

void wire_close(void)
{
	close(tun);
	tun = -1;
}

void wire_connection(struct wire_connection *connection, const char *from,
		     uint16_t to_port)
{
	memset(connection, 0, sizeof(*connection));
	connection->ip6 = strchr(from, ':');
	inet_pton(connection->ip6 ? AF_INET6 : AF_INET, from,
		  connection->remote);
	memcpy(connection->local, connection->remote, 16);
	connection->local[connection->ip6 ? 15 : 3] = 1;
	connection->local_port = to_port;
	connection->remote_port = next_port++;
	if (next_port > 60000)
		next_port = 20000;
	connection->sequence = 1000000 + next_port;
}

static uint32_t sum_bytes(uint32_t sum, const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value);
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | from[1] << 16 | from[2] << 8 | from[3];
}

void wire_send(struct wire_connection *connection, int flags,
	       const void *options, size_t options_size,
	       const void *data, size_t data_size)
{
	size_t padded = (options_size + 3) / 4 * 4;
	size_t tcp_size = 20 + padded + data_size;
	size_t ip_size = connection->ip6 ? 40 : 20;
	size_t address_size = connection->ip6 ? 16 : 4;
	uint8_t packet[2048] = { 0 };
	uint8_t *tcp = packet + ip_size;
	uint32_t sum;

	if (connection->ip6) {
		packet[0] = 0x60;
		put16(packet + 4, tcp_size);
		packet[6] = IPPROTO_TCP;
		packet[7] = 64;
		memcpy(packet + 8, connection->remote, 16);
		memcpy(packet + 24, connection->local, 16);
	} else {
		packet[0] = 0x45;
		put16(packet + 2, ip_size + tcp_size);
		packet[8] = 64;
		packet[9] = IPPROTO_TCP;
		memcpy(packet + 12, connection->remote, 4);
		memcpy(packet + 16, connection->local, 4);
		put16(packet + 10, fold(sum_bytes(0, packet, 20)));
	}

	put16(tcp, connection->remote_port);
	put16(tcp + 2, connection->local_port);
	put32(tcp + 4, connection->sequence);
	put32(tcp + 8, connection->acknowledge);
	tcp[12] = (20 + padded) / 4 << 4;
	tcp[13] = flags;
	put16(tcp + 14, 65535);
	memcpy(tcp + 20, options, options_size);
	memcpy(tcp + 20 + padded, data, data_size);

	sum = sum_bytes(0, connection->remote, address_size);
	sum = sum_bytes(sum, connection->local, address_size);
	sum += IPPROTO_TCP + tcp_size;
	put16(tcp + 16, fold(sum_bytes(sum, tcp, tcp_size)));

	if (write(tun, packet, ip_size + tcp_size) < 0)
		die("write to the TUN device");
	connection->sequence += data_size + !!(flags & (SYN | FIN));
}

/* The SYN/ACK for @connection; everything else that comes is dropped. */
static bool read_synack(struct wire_connection *connection, int timeout)
{
	struct pollfd ready = { .fd = tun, .events = POLLIN };
	uint8_t packet[2048];
	size_t ip_size;
	uint8_t *tcp;
	ssize_t size;

	while (poll(&ready, 1, timeout) > 0) {
		size = read(tun, packet, sizeof(packet));
		ip_size = packet[0] >> 4 == 6 ? 40 : 20;
		tcp = packet + ip_size;
		if (size < (ssize_t)ip_size + 20 ||
		    (packet[0] >> 4 == 6) != connection->ip6 ||
		    packet[connection->ip6 ? 6 : 9] != IPPROTO_TCP ||
		    (tcp[2] << 8 | tcp[3]) != connection->remote_port ||
		    tcp[13] != (SYN | ACK) ||
		    get32(tcp + 8) != connection->sequence)
			continue;
		connection->acknowledge = get32(tcp + 4) + 1;
		return true;
	}
	return false;
}

bool wire_answer(struct wire_connection *connection, const void *options,
		 size_t options_size)
{
	struct pollfd ready = { .fd = tun, .events = POLLIN };
	uint8_t packet[2048];
	const uint8_t *tcp = packet + 20;

	memset(connection, 0, sizeof(*connection));
	while (poll(&ready, 1, 5000) > 0) {
		if (read(tun, packet, sizeof(packet)) < 40 || packet[0] != 0x45 ||
		    packet[9] != IPPROTO_TCP || tcp[13] != SYN)
			continue;
		memcpy(connection->local, packet + 12, 4);
		memcpy(connection->remote, packet + 16, 4);
		connection->local_port = tcp[0] << 8 | tcp[1];
		connection->remote_port = tcp[2] << 8 | tcp[3];
		connection->sequence = 5000000;
		connection->acknowledge = get32(tcp + 4) + 1;
		wire_send(connection, SYN | ACK, options, options_size, "", 0);
		return true;
	}
	return false;
}

bool wire_syn_with(struct wire_connection *connection, const void *options,
		   size_t options_size, const void *data, size_t data_size)
{
	static const uint8_t mss[] = { 2, 4, 5, 0xb4 };
	uint32_t sequence = connection->sequence;
	uint8_t all[40];
	size_t size = 0;
	int attempt;

	if (options_size + sizeof(mss) <= sizeof(all)) {
		memcpy(all, mss, sizeof(mss));
		size = sizeof(mss);
	}
	memcpy(all + size, options, options_size);
	size += options_size;

	for (attempt = 0; attempt < 3; attempt++) {
		connection->sequence = sequence;
		wire_send(connection, SYN, all, size, data, data_size);
		if (read_synack(connection, 1000))
			return true;
	}
	return false;
}

bool wire_syn(struct wire_connection *connection)
{
	return wire_syn_with(connection, "", 0, "", 0);
}

bool wire_connect(struct wire_connection *connection, int flags,
		  const void *options, size_t options_size,
		  const void *data, size_t data_size)
{
	if (!wire_syn(connection))
		return false;
	wire_send(connection, ACK | flags, options, options_size, data,
		  data_size);
	return true;
}

void wire_reset(struct wire_connection *connection)
{
	wire_send(connection, RST | ACK, "", 0, "", 0);
}

