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
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int tun = -1;
static uint16_t next_port = 20000;

void die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf(": %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 &&
		    write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return done;
}

bool read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t count;

	if (fd < 0)
		return false;
	while (length < size - 1 &&
	       (count = read(fd, text + length, size - 1 - length)) > 0)
		length += count;
	text[length] = '\0';
	close(fd);
	return true;
}

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

bool wire_syn(struct wire_connection *connection)
{
	static const uint8_t mss[] = { 2, 4, 5, 0xb4 };
	int attempt;

	for (attempt = 0; attempt < 5; attempt++) {
		wire_send(connection, SYN, mss, sizeof(mss), "", 0);
		if (read_synack(connection, 2000))
			return true;
		connection->sequence--;
	}
	return false;
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

int listen_on(int family, int protocol, const char *address, uint16_t *port)
{
	struct sockaddr_storage storage = { .ss_family = family };
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&storage;
	struct sockaddr_in *sin = (struct sockaddr_in *)&storage;
	socklen_t size = sizeof(storage);
	int off = 0;
	int fd;

	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -1;
	if (family == AF_INET6) {
		inet_pton(family, address, &sin6->sin6_addr);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	} else {
		inet_pton(family, address, &sin->sin_addr);
	}
	if (bind(fd, (struct sockaddr *)&storage, sizeof(storage)) ||
	    listen(fd, 128) ||
	    getsockname(fd, (struct sockaddr *)&storage, &size))
		die("listen on %s", address);
	*port = ntohs(family == AF_INET6 ? sin6->sin6_port : sin->sin_port);
	return fd;
}

const char *address_text(const struct sockaddr_storage *address)
{
	static _Thread_local char text[4][80];
	static _Thread_local int turn;
	const struct sockaddr_in6 *sin6 = (const void *)address;
	const struct sockaddr_in *sin = (const void *)address;
	char ip[64] = "?";
	char *result = text[turn++ % 4];

	if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &sin6->sin6_addr, ip, sizeof(ip));
		snprintf(result, 80, "[%s]:%u", ip, ntohs(sin6->sin6_port));
	} else if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &sin->sin_addr, ip, sizeof(ip));
		snprintf(result, 80, "%s:%u", ip, ntohs(sin->sin_port));
	} else {
		snprintf(result, 80, "family %d", address->ss_family);
	}
	return result;
}

const char *peer_text(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);

	if (getpeername(fd, (struct sockaddr *)&address, &size))
		return strerrorname_np(errno);
	return address_text(&address);
}

bool module_load(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 && !syscall(SYS_finit_module, fd, parameters, 0);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return done;
}

bool module_unload(void)
{
	return !syscall(SYS_delete_module, "toa", O_NONBLOCK);
}

long counter(const char *name)
{
	char text[16384], *line, *end;
	long sum = 0;

	if (!read_file("/proc/net/toa_stats", text, sizeof(text)))
		return -1;
	for (line = strtok_r(text, "\n", &end); line;
	     line = strtok_r(NULL, "\n", &end)) {
		char *colon = strchr(line, ':');
		size_t length = strlen(name);

		if (!colon || strncmp(line, name, length) ||
		    (line[length] != ' ' && line[length] != ':'))
			continue;
		while (*++colon)
			sum += strtol(colon, &colon, 10);
		return sum;
	}
	return -1;
}
