# SPDX-License-Identifier: Apache-2.0
"""One connection of a kind that a shell cannot make: client.py ADDRESS PORT data|fin|mptcp. Prints the server's answer.

data   the handshake is completed by a segment with data
fin    the handshake is completed by a segment with data and FIN
mptcp  Multipath TCP; the answer ends with "mptcp" when the server speaks it, too, else with "tcp"
"""
import socket
import sys

TCP_CORK, TCP_QUICKACK, MPTCP_INFO, SOL_MPTCP = 3, 12, 1, 284

address, port, how = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
connection = socket.socket(family, socket.SOCK_STREAM, 262 if how == "mptcp" else 0)
connection.settimeout(10)
if how != "mptcp":
    # Without a quick ACK the kernel waits with the handshake's last segment until there are data.
    connection.setsockopt(socket.IPPROTO_TCP, TCP_QUICKACK, 0)
    connection.setsockopt(socket.IPPROTO_TCP, TCP_CORK, 1)
connection.connect((address, int(port)))
connection.send(b"who\n")
if how == "fin":
    connection.shutdown(socket.SHUT_WR)
elif how == "data":
    connection.setsockopt(socket.IPPROTO_TCP, TCP_CORK, 0)
answer = connection.makefile().readline().strip()
if how == "mptcp":
    try:
        connection.getsockopt(SOL_MPTCP, MPTCP_INFO, 256)
        answer += " mptcp"
    except OSError:
        answer += " tcp"
print(answer)
