# SPDX-License-Identifier: Apache-2.0
"""Options that come late or in odd places. Prints a line for each case, as the shell's cases do."""
import json
import os
import subprocess

from tun import Connection, Tun, UNTRUSTED, option4, option6

PLAIN, DEFER, FASTOPEN = 8001, 8003, 8004
CLIENT, OPTION = "203.0.113.7:5555", option4()
tun = Tun()


def same(name, expected, actual):
    if expected == actual:
        print("ok   " + name)
    else:
        print("FAIL %s: expected '%s', got '%s'" % (name, expected, actual))


def counters():
    done = subprocess.run([os.environ["TOA"], "stats", "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["totals"]


def sysctl(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w") as file:
        file.write(str(value))


def balancer(connection):
    return "%s %s" % (connection.name, connection.name)


def late(name, connection, answer):
    """getpeername is the client. So may accept be, when the server came to it after the option."""
    same(name, "%s %s" % (connection.name if answer.startswith(connection.name) else CLIENT, CLIENT), answer)


def reordered():
    one = Connection(tun, PLAIN)
    one.open()
    same("data without the option overtake the ACK: accept is the load balancer", balancer(one), one.ask())
    one.ack(OPTION, sequence=one.first + 1)
    same("the overtaken ACK with the option is old by then: the load balancer (documented limit)", balancer(one), one.ask())
    late("the option on the next data: getpeername is the client", one, one.ask(OPTION))
    late("and stays so", one, one.ask())
    one.close()

    one = Connection(tun, PLAIN)
    one.open()
    one.data(b"wait\n")
    one.ack(OPTION)
    late("the option on a later bare ACK: getpeername is the client", one, one.ask())
    one.close()

    one = Connection(tun, PLAIN)
    one.open()
    one.ack()
    late("the option only on the first data: getpeername is the client", one, one.ask(OPTION))
    late("a second option changes nothing", one, one.ask(option4(address="192.0.2.1")))
    one.close()

    one = Connection(tun, PLAIN, UNTRUSTED)
    one.open()
    one.ack()
    same("a late option from an untrusted source: the load balancer", balancer(one), one.ask(OPTION))
    one.close()

    one = Connection(tun, PLAIN)
    one.open()
    one.ack(OPTION)
    same("the option on the ACK, another client's on data: the first one stays", "%s %s" % (CLIENT, CLIENT),
         one.ask(option4(address="192.0.2.1")))
    one.close()


def deferred():
    one = Connection(tun, DEFER)
    one.open()
    one.ack(OPTION)
    same("TCP_DEFER_ACCEPT, the option on ACK and data: accept is the client", "%s %s" % (CLIENT, CLIENT), one.ask(OPTION))
    one.close()

    one = Connection(tun, DEFER)
    one.open()
    one.ack()
    same("TCP_DEFER_ACCEPT, the option only on the first data: accept is the client", "%s %s" % (CLIENT, CLIENT), one.ask(OPTION))
    one.close()

    one = Connection(tun, DEFER)
    one.open()
    one.ack(OPTION)
    same("TCP_DEFER_ACCEPT, the option only on the ACK: the load balancer (documented limit)", balancer(one), one.ask())
    late("TCP_DEFER_ACCEPT, and then on the next data: getpeername is the client", one, one.ask(OPTION))
    one.close()


def fast_open():
    # Server side, data without a cookie.
    sysctl("tcp_fastopen", 0x202)
    one = Connection(tun, FASTOPEN)
    one.open(b"\2\4\5\x78" + OPTION, b"who\n")
    one.ack()
    same("Fast Open, the option on the SYN with data: accept is the client", "%s %s" % (CLIENT, CLIENT), one.answer())
    one.close()

    one = Connection(tun, FASTOPEN)
    one.open(data=b"who\n")
    one.ack(OPTION)
    same("Fast Open, the option only on the ACK: the load balancer (documented limit)", balancer(one), one.answer())
    same("Fast Open, and the ACK's option is lost", balancer(one), one.ask())
    late("Fast Open, the option on the first data after the ACK: getpeername is the client", one, one.ask(OPTION))
    one.close()


def cookies():
    sysctl("tcp_syncookies", 2)
    for name, options, seen in (("the option on the ACK", OPTION, "%s %s" % (CLIENT, CLIENT)), ("no option", b"", None)):
        one = Connection(tun, PLAIN)
        one.open()
        one.ack(options)
        same("SYN cookies, %s" % name, seen or balancer(one), one.ask())
        one.close()
    one = Connection(tun, PLAIN)
    one.open()
    same("SYN cookies, the option on ACK with data", "%s %s" % (CLIENT, CLIENT), one.ask(OPTION))
    one.close()
    sysctl("tcp_syncookies", 1)


def odd_places():
    timestamp = b"\1\1\x08\x0a" + bytes(8)
    good = (("after NOPs", b"\1\1\1" + OPTION), ("after a timestamp", timestamp + OPTION),
            ("at the end of 40 bytes", b"\1" * 32 + OPTION), ("before another client's", OPTION + option4(address="192.0.2.1")),
            ("behind an unknown kind", b"\xee\6\0\0\0\0" + OPTION), ("and IPv6 in 40 bytes", timestamp + OPTION + option6()))
    for name, options in good:
        one = Connection(tun, PLAIN)
        one.open()
        one.ack(options)
        same("the option %s" % name, "%s %s" % (CLIENT, CLIENT), one.ask())
        one.close()
    body = OPTION[2:]
    # This one the programs do not count, and the module does (documented limit): of several options that are neither TOA
    # nor standard only the last is looked at.
    uncounted = ("a wrong length before an unknown kind",)
    bad = (("length 0", b"\xfe\0" + body), ("length 1", b"\xfe\1" + body), ("length 7", b"\xfe\7" + body[:5]),
           ("length 9", b"\xfe\x09" + body + b"\0"), ("a length past the header", b"\1\1\1\1\1\1" + b"\xfe\x08" + body[:4]),
           ("port 0", option4(port=0)), ("address 0.0.0.0", option4(address="0.0.0.0")),
           ("a multicast address", option4(address="224.0.0.1")),
           ("a wrong length before an unknown kind", b"\xfe\6\0\0\0\0\xee\6\0\0\0\0"))
    for name, options in bad:
        before = counters()["malformed"]
        one = Connection(tun, PLAIN)
        one.open()
        # The header ends with the option: what is past it is data.
        one.data(body + b"\n", options)
        same("%s: the load balancer" % name, balancer(one), one.answer())
        if name in uncounted:
            same("%s: not counted (documented limit)" % name, 0, counters()["malformed"] - before)
        else:
            same("%s: counted as malformed" % name, 1, counters()["malformed"] - before)
        one.close()
    one = Connection(tun, PLAIN)
    one.open()
    one.ack(b"\0\0\0\0" + OPTION)
    same("an option after the end of options: the load balancer", balancer(one), one.ask())
    one.close()


def counted():
    before = counters()
    for _ in range(10):
        one = Connection(tun, PLAIN)
        one.open()
        one.ack()
        one.ask(OPTION)
        one.close()
    after = counters()
    same("10 late options are counted", (10, 10, 10),
         tuple(after[name] - before[name] for name in ("late_option", "entry_alloc", "syn_recv_sock_no_toa")))


reordered()
deferred()
fast_open()
cookies()
odd_places()
counted()
