# SPDX-License-Identifier: Apache-2.0
"""A socketserver that logs whom it serves: sockets.py FAMILY PORT, FAMILY 4 or 6 (both families).

A client that sends "ttm" is answered with what the vendor's sample code reads: struct '!bbH4s12s' from option 1345.
"""
import socket
import socketserver
import struct
import sys


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().strip()
        print("%s:%d" % self.client_address[:2], flush=True)
        if line == b"ttm":
            try:
                found = struct.Struct("!bbH4s12s").unpack(self.request.getsockopt(0, 1345, 20))
            except OSError as error:
                self.wfile.write(b"errno %d\n" % error.errno)
                return
            address = found[3] if found[0] == socket.AF_INET else found[3] + found[4]
            self.wfile.write(b"%d %s %d\n" % (found[0], socket.inet_ntop(found[0], address).encode(), found[2]))
        else:
            self.wfile.write(("%s:%d\n" % self.client_address[:2]).encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    address_family = socket.AF_INET6 if sys.argv[1] == "6" else socket.AF_INET


with Server(("::" if sys.argv[1] == "6" else "0.0.0.0", int(sys.argv[2])), Handler) as server:
    print("ready", flush=True)
    server.serve_forever()
