// SPDX-License-Identifier: Apache-2.0
import Capture
import Host
import Kmod
import SelfTest
import Synchronization
import Testing
import Wire

@testable import ToaKit

/// `toa doctor --why 80` on hosts that are broken in one way each: the cause, its owner and the exit status.
struct WhyScreenTests {
  /// Counters before and after the look, by name.
  private static func stats(_ values: [String: Int]) -> String {
    let names = ["syn_recv_sock_toa", "syn_recv_sock_no_toa", "getname_toa_ok", "getname_toa_bypass", "getsockopt_ok"]
    return "CPU0\n" + names.map { "\($0): \(values[$0] ?? 0)\n" }.joined()
  }

  /// Port 80 in hexadecimal is 0050: a listener, and connections of it.
  private static func sockets(listens: Bool, established: Int) -> String {
    let tail = "00000000:00000000 00:00000000 00000000     0        0"
    let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    return heading + (listens ? "   0: 00000000:0050 00000000:0000 0A \(tail) 4711 1\n" : "")
      + (0..<established).map { "   \($0 + 1): 0100000A:0050 0900000A:9C40 01 \(tail) \(5000 + $0) 1\n" }.joined()
  }

  /// What a host is like.
  private struct Situation {
    var isLoaded = true
    var passes = true
    var listens = true
    var established = 0
    var program = "server"
    var packets = CaptureScreenTests.packets(
      options: CaptureScreenTests.option.option(for: CaptureScreenTests.client)?.bytes ?? [])
    var counted = ["syn_recv_sock_toa": 1, "getname_toa_ok": 2]
  }

  private static func look(_ situation: Situation, _ options: String = "") async throws -> Screen {
    let tree = try TestTree([
      "/sys/module/toa/version": "0.1.0\n", "/sys/module/toa/parameters/hook": "ftrace\n",
      "/sys/module/toa/parameters/trusted": "10.0.0.0/8\n", "/sys/module/toa/parameters/profile": "default\n",
      "/proc/net/toa_stats": stats([:]),
      "/proc/net/tcp": sockets(listens: situation.listens, established: situation.established),
      "/proc/812/comm": situation.program + "\n", "/proc/812/fd/7": "-> socket:[4711]",
    ])
    let transcript = Transcript()
    let seen = situation.passes ? "198.51.100.7:4242" : "10.0.0.2:40000"
    var system = System.untouched().with(transcript).with(files: tree.root).with(bpf: .able())
      .with(modules: situation.isLoaded ? ["toa": .live] : [:]).with(answers: [:])
      .with(
        selfTest: .success(
          SelfTestReport(
            cases: [
              SelfTestCase(
                name: "v4-option-254", purpose: "", expected: "198.51.100.7:4242", accepted: seen, peerName: seen,
                passed: situation.passes)
            ], milliseconds: 3)))
    system.now = { 1_700_000_000 }
    system.capture = { options, take throws(CaptureError) in
      #expect(options.ports == [80])
      try? tree.write("/proc/net/toa_stats", stats(situation.counted))
      _ = take(CaptureBatch(packets: situation.packets))
    }
    return await Screen.of("doctor --why 80" + options, system, transcript)
  }

  @Test func `the way down is shown, and a host on which all works says so`() async throws {
    let screen = try await Self.look(Situation(program: "nginx"))
    #expect(
      screen.out == """
        ok  is TOA loaded?                   toa.ko 0.1.0
        ok  does it work?                    1 self-test connections, each with the right address
        -   who listens on port 80?          nginx
        ok  do connections come?             1 in 10 s
        ok  does each name its client?       all 1
        ok  did TOA take the addresses?      1 of all connections of this host
        ok  do applications ask?             2 answers by accept() and getpeername(), 0 by getsockopt()

        Applications are told the client's address.
          -> nginx is a proxy for what is behind it: there, pass the client on in a header or by PROXY protocol

        """, "\(screen.out)")
    #expect(screen.status == 0)
  }

  @Test func `each cause is named, with its owner`() async throws {
    let none: [CapturedPacket] = []
    let situations: [(Situation, String, String, Int32)] = [
      (Situation(isLoaded: false), "Neither toa.ko nor the eBPF programs are in the kernel (host).", "toa install", 2),
      (
        Situation(passes: false),
        "The client's address does not reach applications, although toa.ko 0.1.0 is loaded (host).",
        "toa doctor --only MOD APP", 2
      ),
      (Situation(listens: false), "Nothing listens on port 80 here (application).", "ss -ltnp", 2),
      (
        Situation(established: 3, packets: none), "The 3 open connections are older than this look", "toa table", 2
      ),
      (Situation(packets: none), "Nobody connected to port 80 in 10 s (LB team).", "connect through", 77),
      (
        Situation(packets: CaptureScreenTests.packets()), "No option in the SYN, the ACK or behind it",
        "LB team: switch",
        2
      ),
      (
        Situation(counted: [:]), "None of these connections was seen by toa.ko 0.1.0 (host).", "toa doctor --only MOD",
        2
      ),
      (
        Situation(program: "haproxy"),
        "Port 80 is that of haproxy, which sees the client; servers behind it see haproxy",
        "PROXY protocol", 2
      ),
      (
        Situation(counted: ["syn_recv_sock_toa": 1, "getname_toa_bypass": 1]),
        "which cannot hold them (application).", "IPPROTO_IP, 4096", 2
      ),
      (Situation(counted: ["syn_recv_sock_toa": 1]), "no application asked for one", "X-Forwarded-For", 2),
    ]
    for (situation, verdict, next, status) in situations {
      let screen = try await Self.look(situation)
      let text = screen.out.split(whereSeparator: \.isNewline).joined(separator: " ")
      #expect(text.contains(verdict), "\(verdict) in \(screen.out)")
      #expect(screen.out.contains(next), "\(next) in \(screen.out)")
      #expect(screen.status == status, "\(screen.out)")
    }
  }

  @Test func `the document has the way, the cause and the owner`() async throws {
    let screen = try await Self.look(Situation(listens: false), " --json")
    for text in [
      #""schema" : "toa.why/1""#, #""cause" : "not-listening""#, #""owner" : "application""#, #""isRight" : false"#,
      #""question" : "is TOA loaded""#,
    ] { #expect(screen.out.contains(text), "\(text) in \(screen.out)") }
  }

  @Test(arguments: ["--why 0", "--why 80 --root /srv", "--why 80 --kernel 6.1.0", "--why 80 --seconds 0", "--why x"])
  func `options that make no sense are refused`(options: String) async {
    #expect(await Screen.of("doctor " + options).status == 64)
  }
}
