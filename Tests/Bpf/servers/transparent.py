# SPDX-License-Identifier: Apache-2.0
"""A server that answers whom it sees, with what came from it: transparent.py ADDRESS... PORT[:proxy]...

Listens on every address with every port; behind a port with ":proxy" the client is the one that the PROXY protocol (version 2) names.
"""
import socket
import socketserver
import struct
import sys
import threading

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def exactly(stream, count):
    data = stream.read(count)
    if len(data) != count:
        raise EOFError
    return data


def named(stream):
    """The client in the header: https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, section 2.2."""
    if exactly(stream, 12) != SIGNATURE:
        raise ValueError("no PROXY protocol")
    version, family, length = struct.unpack("!BBH", exactly(stream, 4))
    body = exactly(stream, length)
    if version != 0x21 or family not in (0x11, 0x21):
        raise ValueError("no TCP client")
    size = 4 if family == 0x11 else 16
    kind = socket.AF_INET if family == 0x11 else socket.AF_INET6
    return socket.inet_ntop(kind, body[:size]), struct.unpack("!H", body[2 * size : 2 * size + 2])[0]


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        client = named(self.rfile) if self.server.is_proxied else self.client_address[:2]
        print("%s:%d" % client, flush=True)
        self.wfile.write(b"%s %s\n" % (client[0].encode(), self.rfile.readline().strip()))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def serve(address, port):
    number, _, how = port.partition(":")
    kind = type("Server", (Server,), {"address_family": socket.AF_INET6 if ":" in address else socket.AF_INET})
    server = kind((address, int(number)), Handler)
    server.is_proxied = how == "proxy"
    threading.Thread(target=server.serve_forever).start()


addresses = [word for word in sys.argv[1:] if "." in word or "::" in word]
for address in addresses:
    for port in sys.argv[1 + len(addresses) :]:
        serve(address, port)
print("ready", flush=True)
