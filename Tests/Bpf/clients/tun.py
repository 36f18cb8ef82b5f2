# SPDX-License-Identifier: Apache-2.0
"""A TCP client spoken by hand over a TUN device, for segments that no kernel would send."""
import fcntl
import os
import select
import socket
import struct
import subprocess
import time

SERVER, TRUSTED, UNTRUSTED = "198.18.0.1", "10.9.9.2", "198.51.99.2"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def option4(kind=254, address="203.0.113.7", port=5555):
    return struct.pack("!BBH4s", kind, 8, port, socket.inet_aton(address))


def option6(kind=254, address="2001:db8::42", port=5555):
    return struct.pack("!BBH16s", kind, 20, port, socket.inet_pton(socket.AF_INET6, address))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class Tun:
    """The device; the kernel under test is at its other end."""

    def __init__(self, name="lb0"):
        self.file = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.file, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
        for words in ("link set %s up" % name, "address add %s/32 dev %s" % (SERVER, name),
                      "route add 10.9.9.0/24 dev %s" % name, "route add 198.51.99.0/24 dev %s" % name):
            subprocess.run(["ip", *words.split()], check=True)

    def send(self, packet):
        os.write(self.file, packet)

    def receive(self, deadline):
        """The next packet, or None after the deadline."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.file], [], [], left)[0]:
                return None
            packet = os.read(self.file, 4096)
            if packet[0] >> 4 == 4 and packet[9] == socket.IPPROTO_TCP:
                return packet


class Connection:
    """One connection from a load balancer's address to a port of the server."""

    next_port = 20000

    def __init__(self, tun, server_port, source=TRUSTED):
        Connection.next_port += 1
        self.tun, self.source, self.port, self.server_port = tun, source, Connection.next_port, server_port
        self.sequence = self.first = self.port << 12
        self.acknowledged = 0
        self.received = b""

    @property
    def name(self):
        return "%s:%d" % (self.source, self.port)

    def send(self, flags, data=b"", options=b"", sequence=None):
        options += b"\1" * (-len(options) % 4)
        sequence = self.sequence if sequence is None else sequence
        head = struct.pack("!HHIIBBHHH", self.port, self.server_port, sequence & 0xFFFFFFFF, self.acknowledged,
                           (20 + len(options)) << 2, flags, 65535, 0, 0)
        segment = head + options + data
        source, target = socket.inet_aton(self.source), socket.inet_aton(SERVER)
        total = checksum(source + target + struct.pack("!HH", socket.IPPROTO_TCP, len(segment)) + segment)
        segment = segment[:16] + struct.pack("!H", total) + segment[18:]
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 1, 0, 64, socket.IPPROTO_TCP, 0, source, target)
        self.tun.send(head[:10] + struct.pack("!H", checksum(head)) + head[12:] + segment)

    def receive(self, deadline):
        """The flags of the next segment of this connection, whose data are kept; None after the deadline."""
        while True:
            packet = self.tun.receive(deadline)
            if packet is None:
                return None
            segment = packet[(packet[0] & 15) * 4:]
            source, target, sequence, _, offset, flags = struct.unpack("!HHIIBB", segment[:14])
            if (source, target) != (self.server_port, self.port):
                continue
            data = segment[(offset >> 4) * 4:]
            end = (sequence + len(data) + (1 if flags & (SYN | FIN) else 0)) & 0xFFFFFFFF
            # A segment that comes again is passed over.
            if flags & SYN or sequence == self.acknowledged:
                self.acknowledged = end
                self.received += data
            return flags

    def open(self, options=b"\2\4\5\x78", data=b""):
        """SYN, with data for Fast Open, until the SYN/ACK."""
        self.send(SYN, data, options)
        flags = self.receive(time.monotonic() + 5)
        if flags is None or flags & (SYN | ACK) != SYN | ACK:
            raise RuntimeError("no SYN/ACK from port %d" % self.server_port)
        self.sequence += 1 + len(data)

    def ack(self, options=b"", sequence=None):
        self.send(ACK, b"", options, sequence)

    def data(self, text, options=b""):
        self.send(ACK | PSH, text, options)
        self.sequence += len(text)

    def answer(self):
        """The next line from the server, acknowledged; "no answer" after five seconds."""
        deadline = time.monotonic() + 5
        while b"\n" not in self.received:
            flags = self.receive(deadline)
            if flags is None:
                return "no answer"
            if flags & RST:
                return "reset"
        line, _, self.received = self.received.partition(b"\n")
        self.ack()
        return line.decode()

    def ask(self, options=b"", line=b"who\n"):
        self.data(line, options)
        return self.answer()

    def close(self):
        self.send(RST | ACK)
