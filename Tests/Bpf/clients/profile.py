# SPDX-License-Identifier: Apache-2.0
"""What the options of all vendors give under the profile that is loaded and named. Prints a line for each case."""
import json
import os
import socket
import subprocess
import sys

from tun import Connection, Tun, option4, option6

BOTH_FAMILIES = 8002
ADDRESS4, ADDRESS6 = socket.inet_aton("203.0.113.7"), socket.inet_pton(socket.AF_INET6, "2001:db8::42")
VIP = b"\x01\xbb\xc6\x12\x00\x01"

OPTIONS = {
    "254/8": option4(), "253/8": option4(253), "200/8": option4(200), "254/20": option6(), "253/20": option6(253),
    "254/6": b"\xfe\6\0\0\0\0",
    "252/20": b"\xfc\x14" + option4()[2:] + b"\0\0\0\7" + VIP + b"\0\0",
    "254/16": b"\xfe\x10" + option4()[2:] + b"\0\0" + VIP,
    "249/40": b"\xf9\x28" + option6()[2:] + b"\0\0\7\0" + ADDRESS6,
    "28/7": b"\x1c\7\1" + ADDRESS4, "28/7 of version 2": b"\x1c\7\2" + ADDRESS4, "28/19": b"\x1c\x13\1" + ADDRESS6,
    "250/8": b"\xfa\x08" + VIP, "250/8 before 252/20": b"\xfa\x08" + VIP + b"\xfc\x14" + option4()[2:] + bytes(12),
    "77/12": b"\x4d\x0c\x15\xb3\0\0\0\0" + ADDRESS4,
}
CLIENT4, CLIENT6 = "[::ffff:203.0.113.7]:5555", "[2001:db8::42]:5555"
# "%d" is the load balancer's own port; what is not named is no option of the profile and leaves the load balancer.
PORTLESS4, PORTLESS6, MALFORMED = "[::ffff:203.0.113.7]:%d", "[2001:db8::42]:%d", None
EXPECTED = {
    "default": {"254/8": CLIENT4, "200/8": CLIENT4, "254/20": CLIENT6, "253/20": CLIENT6, "253/8": MALFORMED,
                "254/16": MALFORMED, "254/6": MALFORMED},
    "tencent-gaap": {"200/8": CLIENT4},
    "ucloud": {"200/8": CLIENT4, "254/8": CLIENT4, "253/8": CLIENT4, "254/20": MALFORMED, "253/20": MALFORMED,
               "254/16": MALFORMED, "254/6": MALFORMED},
    "alibaba-cdn,-syn": {"28/7": PORTLESS4, "28/19": PORTLESS6, "28/7 of version 2": MALFORMED, "254/8": CLIENT4,
                         "254/20": CLIENT6, "254/16": MALFORMED, "254/6": MALFORMED},
    "252/20,254/16,249/40,250/8,77/12:ip4@8+port@2": {
        "252/20": CLIENT4, "254/16": CLIENT4, "249/40": CLIENT6, "250/8 before 252/20": CLIENT4, "77/12": CLIENT4,
        "254/8": MALFORMED, "254/20": MALFORMED, "254/6": MALFORMED},
    # The module knows that this 250/8 names no client (documented limit).
    "250/20:ip4@4,250/8": {"250/8": MALFORMED, "250/8 before 252/20": ""},
}


def malformed():
    done = subprocess.run([os.environ["TOA"], "stats", "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["totals"]["malformed"]


def seen(tun, option):
    """The peer's name, and by how much `malformed` grew."""
    before = malformed()
    one = Connection(tun, BOTH_FAMILIES)
    one.open()
    one.ack(option)
    answer = one.ask()
    one.close()
    return one, answer, malformed() - before


profile = sys.argv[1]
tun = Tun()
for name, option in OPTIONS.items():
    one, answer, grown = seen(tun, option)
    client = EXPECTED[profile].get(name, "")
    peer = (client or "[::ffff:%s]:%%d" % one.source).replace("%d", str(one.port))
    expected = "%s %s, malformed %d" % (peer, peer, client is MALFORMED)
    actual = "%s, malformed %d" % (answer, grown)
    case = "profile %s, option %s: %s" % (profile, name, "the client" if client else "the load balancer")
    print("ok   " + case if actual == expected else "FAIL %s: expected '%s', got '%s'" % (case, expected, actual))
