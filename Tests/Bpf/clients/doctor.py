# SPDX-License-Identifier: Apache-2.0
"""Load balancers that make one mistake each, and what toa doctor --capture says. Prints a line for each case, as the shell's cases do."""
import json
import os
import subprocess
import time

from tun import ACK, FIN, Connection, Tun, TRUSTED, UNTRUSTED, option4

PORT = 8001
tun = Tun()


def connect(source=TRUSTED, options=b"", flags=ACK, data=b"", fastened=True):
    """A connection whose handshake ends with this segment, then a question."""
    one = Connection(tun, PORT, source)
    one.open()
    if data:
        one.send(flags, data, options)
        one.sequence += len(data)
    else:
        one.ack(options)
        if fastened:
            one.ask()
    one.close()


def doctor(balancer):
    """The document of a doctor during whose capture the balancer connects again and again, and the findings by id."""
    command = [os.environ["TOA"], "doctor", "-q", "--json", "--capture", "--port", str(PORT), "--seconds", "1"]
    command += ["--only", "NET", "OBS", "APP03", "--fail-on", "never"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    while process.poll() is None:
        balancer()
        time.sleep(0.05)
    document = json.load(process.stdout)
    return document, {finding["id"]: finding for finding in document["findings"]}


def named(name, cause, owner, balancer):
    document, findings = doctor(balancer)
    finding = findings.get(document["cause"], {})
    actual = (document["cause"], finding.get("owner"))
    if actual != (cause, owner):
        print("FAIL %s: expected '%s %s', got '%s %s' (%s)" % ((name, cause, owner) + actual + (finding.get("observed"),)))
    elif cause and not (finding["fix"] and finding["evidence"]):
        print("FAIL %s: no evidence, or nothing to do" % name)
    else:
        print("ok   " + name)
    return findings


def same(name, expected, actual):
    print("ok   " + name if expected == actual else "FAIL %s: expected '%s', got '%s'" % (name, expected, actual))


found = named("options that are taken: no cause", None, None, lambda: connect(options=option4()))
same("and each is counted and asked for", ["ok"] * 4, [found[id]["status"] for id in ("NET01", "NET02", "OBS02", "OBS03")])
found = named("nobody connects: no cause", None, None, lambda: None)
same("which is information", "info", found["NET01"]["status"])
named("health checks alone: no cause", None, None, lambda: connect(fastened=False))
named("no option: the LB team", "NET01", "LB team", connect)
named("another vendor's option: the profile", "NET02", "host", lambda: connect(options=option4(253)))
named("a full header: the LB team", "NET03", "LB team",
      lambda: connect(options=b"\x08\x0a" + b"\x07" * 8 + b"\x4d\x1a" + b"\x00" * 24))
named("FIN at once: the LB team", "NET06", "LB team", lambda: connect(flags=ACK | FIN, data=b"who\n"))
named("padding where an option was: the network", "NET07", "network", lambda: connect(options=b"\x01" * 8))
named("two clients in one segment: the LB team", "NET08", "LB team",
      lambda: connect(options=option4() + option4(200, "203.0.113.9")))
named("an untrusted balancer: the host", "NET19", "host", lambda: connect(source=UNTRUSTED, options=option4()))
