# SPDX-License-Identifier: Apache-2.0
"""A router between the network namespace of the servers and one of its own, with a firewall that mishandles TCP options. Started in
the new namespace; the servers' is that of process 1. The file that it is given says what it does with packets to the servers:

    pass             nothing
    strip KIND...    overwrites options of these kinds with padding
    drop KIND...     drops segments that have one
    mtu BYTES        drops packets that are larger, and says nothing
    block            drops everything
"""
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys

from tun import checksum

SENDER, SERVER, SENDER6, SERVER6 = "10.20.0.1", "10.20.0.2", "fd20::1", "fd20::2"
# Connections to this one come from a public address.
SERVER_FROM_OUTSIDE, OUTSIDE = "10.20.0.3", "203.0.113.77"
CLONE_NEWNET = 0x40000000


def enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def device(name, commands):
    file = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(file, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    for words in ("link set lo up", "link set %s up" % name, *commands):
        subprocess.run(["ip", *words.split()], check=True)
    return file


def options(packet):
    """Where the TCP header begins, and the kind, begin and end of each option; None for another protocol."""
    start = (packet[0] & 15) * 4 if packet[0] >> 4 == 4 else 40
    if packet[9 if packet[0] >> 4 == 4 else 6] != socket.IPPROTO_TCP:
        return None
    found, at, end = [], start + 20, start + (packet[start + 12] >> 4) * 4
    while at < end and packet[at] != 0:
        length = 1 if packet[at] == 1 else packet[at + 1]
        if packet[at] != 1:
            found.append((packet[at], at, at + length))
        at += length
    return start, found


def filtered(packet, mode, kinds):
    """The packet as it leaves; None when it does not."""
    if mode == "block" or mode == "mtu" and len(packet) > kinds[0]:
        return None
    parts = options(packet) if mode in ("strip", "drop") else None
    if parts is None:
        return packet
    start, found = parts
    found = [part for part in found if part[0] in kinds]
    if found and mode == "drop":
        return None
    packet = bytearray(packet)
    for _, begin, end in found:
        packet[begin:end] = b"\1" * (end - begin)
    packet[start + 16:start + 18] = b"\0\0"
    addresses = packet[12:20] if packet[0] >> 4 == 4 else packet[8:40]
    pseudo = bytes(addresses) + struct.pack("!II", len(packet) - start, socket.IPPROTO_TCP)
    packet[start + 16:start + 18] = struct.pack("!H", checksum(pseudo + bytes(packet[start:])))
    return bytes(packet)


def main():
    own, servers = os.open("/proc/self/ns/net", os.O_RDONLY), os.open("/proc/1/ns/net", os.O_RDONLY)
    outer = device("path0", (
        "address add %s/32 dev path0" % SENDER, "address add %s/32 dev path0" % OUTSIDE,
        "route add %s dev path0 src %s" % (SERVER, SENDER), "route add %s dev path0 src %s" % (SERVER_FROM_OUTSIDE, OUTSIDE),
        "address add %s/128 dev path0 nodad" % SENDER6, "route add %s dev path0" % SERVER6))
    enter(servers)
    inner = device("path1", (
        "address add %s/32 dev path1" % SERVER, "address add %s/32 dev path1" % SERVER_FROM_OUTSIDE,
        "route add %s dev path1 src %s" % (SENDER, SERVER), "route add %s dev path1" % OUTSIDE,
        "address add %s/128 dev path1 nodad" % SERVER6, "route add %s dev path1" % SENDER6))
    enter(own)
    print("ready", flush=True)
    while True:
        for file in select.select([outer, inner], [], [])[0]:
            packet = os.read(file, 70000)
            if file == inner:
                os.write(outer, packet)
                continue
            with open(sys.argv[1]) as text:
                mode, *numbers = text.read().split()
            packet = filtered(packet, mode, [int(number) for number in numbers])
            if packet is not None:
                os.write(inner, packet)


main()
