// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Synchronization
import Testing
import Wire

@testable import ToaKit

/// `toa selftest --against` and `--listen`: what is asked of the network, and what is said of it.
struct PathScreenTests {
  private static let local = Endpoint(address: .v4(IPv4Address(10, 0, 0, 2)), port: 40000)
  private static let server = Endpoint(address: .v4(IPv4Address(192, 0, 2, 1)), port: 80)
  private static let of254 = OptionFormat.classic(kind: 254)

  /// A network and a host that reads 254/8: whether that comes through, and whether the host trusts this one.
  private static func report(_ remote: Endpoint, strips: Bool = false, isTrusted: Bool = true) -> PathReport {
    let probe = PathProbe("option-254-8", of254)
    let option = probe.client.flatMap { of254.option(for: $0)?.bytes } ?? []
    let name = strips || !isTrusted ? local : probe.client
    return PathReport(
      host: PathHost(backend: "ebpf/0.1.0", profile: "254/8"), local: local, remote: remote, maximumSegmentSize: 1460,
      results: [
        PathResult(
          PathProbe("no-option"), .arrived(PathSighting(accepted: local, name: local, source: local, bytes: 17))),
        PathResult(
          probe,
          .arrived(
            PathSighting(
              accepted: name, name: name, source: local, isTrusted: isTrusted, dataOptions: strips ? [] : option,
              bytes: 17))),
      ])
  }

  private func run(
    _ arguments: String, _ outcome: Result<PathReport, PathError> = .success(report(server)),
    asked: @escaping @Sendable (PathOptions) -> Void = { _ in }, line: String? = nil,
    answers: [String: CommandResult] = [:], files: FileRoot? = nil
  ) async -> Screen {
    let transcript = Transcript()
    var system = System.untouched().with(transcript).with(answers: answers)
    if let files { system = system.with(files: files) }
    system.terminal.line = { _ in line }
    system.path.probe = { options, tell throws(PathError) in
      asked(options)
      let report = try outcome.get()
      report.results.forEach(tell)
      return report
    }
    return await Screen.of(arguments, system, transcript)
  }

  @Test func `a network that works is said to, with each probe`() async {
    let screen = await run("selftest --against 192.0.2.1:80 --token K7QM")
    #expect(
      screen
        == Screen(
          status: 0,
          out: """
            probe         arrives  with its option  accept() there gives
            no-option     yes      -                10.0.0.2:40000
            option-254-8  yes      yes              192.0.2.77:34000

            Every option that 192.0.2.1 reads comes through (254/8), and accept() there
            gives the client.

            A segment of the full 1460 bytes has no room for an option. Where the load
            balancer adds one to such segments, on 192.0.2.1, for its route to 10.0.0.2: ip
            route change ... advmss 1452

            """, err: "Connecting to 192.0.2.1:80 ...\n"))
  }

  @Test func `one that strips the option, and a host that does not trust this one, end with 15 and the owner`() async {
    let stripped = await run(
      "selftest --against 192.0.2.1:80 --token K7QM", .success(Self.report(Self.server, strips: true)))
    #expect(
      stripped.status == 15
        && stripped.out.split { $0.isWhitespace }.joined(separator: " ").contains(
          "removes it; no option comes through (network)")
    )
    let untrusted = await run(
      "selftest --against 192.0.2.1:80 --token K7QM", .success(Self.report(Self.server, isTrusted: false)))
    #expect(untrusted.status == 15 && untrusted.out.contains("  -> on 192.0.2.1: toa install --trust 10.0.0.2/32\n"))
  }

  @Test func `what was asked for is what is sent`() async {
    let seen = Mutex<[PathOptions]>([])
    let keep: @Sendable (PathOptions) -> Void = { options in seen.withLock { $0.append(options) } }
    _ = await run("selftest --against [2001:db8::1]:8080 --profile dpvs --token K7QM", asked: keep)
    _ = await run("selftest --against 192.0.2.1:8080", asked: keep, line: "ABCD")
    _ = await run(
      "selftest --against rs1.example:8080 --token K7QM", asked: keep,
      answers: ["getent ahosts rs1.example": CommandResult(status: 0, output: "192.0.2.9     STREAM rs1.example\n")])
    let all = seen.withLock { $0 }
    #expect(all.map { "\($0.remote)" } == ["[2001:db8::1]:8080", "192.0.2.1:8080", "192.0.2.9:8080"])
    #expect(all.map(\.token) == ["K7QM", "ABCD", "K7QM"])
    #expect(all.map { $0.formats?.map(\.description) } == [["254/8", "254/20"], nil, nil])
  }

  @Test(
    arguments: [
      (.refused, 2, "nothing listens there (host)", "on 192.0.2.1: toa selftest --listen 80"),
      (.timeout, 2, "(network)", "network team: let TCP to 192.0.2.1:80 pass"),
      (.unreachable(errno: 113), 2, "No route to host (network)", "ip route get 192.0.2.1"),
      (.stranger, 2, "something else listens there", "toa selftest --listen 80"),
      (.wrongToken, 2, "the token is not the one that 192.0.2.1 shows", "--token TOKEN"),
      (.busy, 75, "by somebody else", "toa selftest --against 192.0.2.1:80"),
      (.otherVersion, 2, "another version of the protocol", "use the same toa on both hosts"),
      (.lost, 2, "ended in the middle", "toa selftest --listen 80"),
      (.system("socket(2)", errno: 1), 2, "CAP_NET_RAW is missing", "sudo toa selftest --against 192.0.2.1:80"),
      (.system("socket(2)", errno: 24), 1, "Too many open files", "toa doctor"),
    ] as [(PathError, Int32, String, String)])
  func `what keeps the test from running is named, with the next command`(
    error: PathError, status: Int32, why: String, next: String
  ) async {
    let screen = await run("selftest --against 192.0.2.1:80 --token K7QM", .failure(error))
    let text = screen.err.split(separator: "\n").joined(separator: " ").split(separator: " ").joined(separator: " ")
    #expect(screen.status == status && screen.out == "")
    #expect(text.contains(why) && text.contains(next), "\(screen.err)")
  }

  @Test func `without a token nothing is sent`() async {
    let screen = await run("selftest --against 192.0.2.1:80", asked: { _ in Issue.record("sent") })
    #expect(screen.status == 64 && screen.err.contains("on 192.0.2.1: toa selftest --listen 80"))
  }

  @Test(arguments: [
    "--against 192.0.2.1 --token x", "--against 192.0.2.1:0 --token x", "--against :80 --token x",
    "--against [::1 --token x",
    "--listen 0", "--listen x", "--listen 1:2:3", "--listen 65536", "--listen 80 --against 192.0.2.1:80", "--token x",
    "--listen 80 --all", "--against 192.0.2.1:80 --only v4-no-option", "--listen 80 --seconds 0",
    "--listen 80 --profile lvs",
    "--against 192.0.2.1:80 --token x --profile nonsense", "--profile nonsense",
  ])
  func `what makes no sense is refused with 64`(arguments: String) async throws {
    let transcript = Transcript()
    var system = System.untouched().with(transcript).with(answers: [:])
    system.path = PathControl(
      listen: { _, _, _ in Issue.record("listened") }, probe: { _, _ throws(PathError) in throw .lost })
    let screen = await Screen.of("selftest \(arguments)", system, transcript)
    #expect(screen.status == 64, "\(screen.err)")
  }

  @Test func `the probes are a JUnit report as well`() async throws {
    let tree = try TestTree([:])
    let screen = await run(
      "selftest --against 192.0.2.1:80 --token K7QM --json --junit /path.xml",
      .success(Self.report(Self.server, strips: true)),
      files: tree.root)
    #expect(screen.status == 15 && screen.out.contains("\"schema\" : \"toa.path/1\""))
    let report = try tree.root.text("/path.xml")
    #expect(report.contains("<testcase classname=\"path\" name=\"option-254-8\" time=\"0.000000\"><failure message="))
    #expect(report.contains("tests=\"2\" failures=\"1\""))
  }

  @Test func `the listener shows the token and who comes, and its document counts them`() async throws {
    let transcript = Transcript()
    var system = System.untouched().with(transcript).with(files: try TestTree([:]).root).with(bpf: .able()).with(
      modules: [:])
    system.path.listen = { options, goesOn, tell throws(PathError) in
      #expect(options.port == 8080 && options.seconds == 20 && options.host.backend == nil && goesOn())
      #expect(options.address == .v4(IPv4Address(192, 0, 2, 1)))
      tell(.listening(Self.server))
      tell(.wrongToken(Self.local))
      tell(.session(Self.local))
      tell(
        .crafted(PathSighting(accepted: Self.local, name: Self.local, source: Self.local, isTrusted: false, bytes: 17)))
      tell(.ended(Self.local))
    }
    let screen = await Screen.of("selftest --listen 192.0.2.1:8080 --seconds 20", system, transcript)
    #expect(screen.status == 0)
    let lines = screen.out.split(separator: "\n")
    #expect(
      lines.first == "Listening on 192.0.2.1:80 for 20 s; Ctrl-C ends it. On the host at the other end of the path:")
    #expect(lines.last?.hasPrefix("  toa selftest --against 192.0.2.1:80 --token ") == true)
    #expect(screen.err.contains("10.0.0.2:40000: wrong token\n10.0.0.2:40000: has the token\n"))
    #expect(screen.err.contains("from 10.0.0.2:40000, not trusted: accept() gives 10.0.0.2:40000"))
    let json = await Screen.of("selftest --listen 192.0.2.1:8080 --seconds 20 --json", system, transcript)
    #expect(json.err.contains("--token ") && json.out.contains("\"connections\" : 1"))
    #expect(json.out.contains("\"sessions\" : 1") && json.out.contains("\"wrongTokens\" : 1"))
  }

  @Test func `a port that is taken is said to be`() async throws {
    let transcript = Transcript()
    var system = System.untouched().with(transcript).with(files: try TestTree([:]).root).with(bpf: .able()).with(
      modules: [:])
    system.path.listen = { _, _, _ throws(PathError) in throw .system("bind(2)", errno: 98) }
    let screen = await Screen.of("selftest --listen 80", system, transcript)
    #expect(screen.status == 2 && screen.err.contains("ss -ltnp 'sport = :80'"))
  }
}
