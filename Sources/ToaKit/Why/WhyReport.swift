// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import SelfTest

/// `toa doctor --why PORT`: goes down the decision tree "no client address" to one cause, one owner and what to do.
public struct WhyReport: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Looks at a port for some seconds, prints the way down and the verdict.
  public func explain(port: UInt16, seconds: Int) async throws(ToaError) -> WhyDocument {
    var walk = Walk(console)
    let leaf = try await descend(port, seconds, &walk)
    console.conclude(leaf.verdict, leaf.owner, isGood: leaf.cause == WhyCause.works.rawValue, next: leaf.next)
    return WhyDocument(
      port: port, cause: leaf.cause, owner: OrNull(leaf.owner), verdict: leaf.verdict, next: leaf.next,
      steps: walk.steps, isDecided: leaf.cause != WhyCause.noConnections.rawValue)
  }

  private func descend(_ number: UInt16, _ seconds: Int, _ walk: inout Walk) async throws(ToaError) -> Leaf {
    guard let live = try Backend.live(system) else {
      walk.step("is TOA loaded", "no", false)
      return Leaf(.notLoaded, "neither toa.ko nor the eBPF programs are in the kernel", ["toa install", "toa status"])
    }
    walk.step("is TOA loaded", live.name, true)

    let proof = try await SelfTestReporter(system, console).report()
    let failed = proof.cases.filter(\.failed)
    guard proof.passed else {
      walk.step("does it work", "\(failed.count) of \(proof.cases.count) self-test cases failed", false)
      return Leaf(
        .selfTestFailed, "the client's address does not reach applications, although \(live.name) is loaded",
        ["toa selftest", "toa doctor --only \(live.kind == .module ? "MOD" : "BPF") APP"])
    }
    walk.step(
      "does it work", "\(proof.cases.filter(\.passed).count) self-test connections, each with the right address", true)

    let port = ServerPort(number, system.files)
    guard port.isOpen else {
      walk.step("who listens on port \(number)", "nobody in this network namespace", false)
      return Leaf(
        .notListening, "nothing listens on port \(number) here",
        ["ss -ltnp", "for a container: nsenter -t PID -n toa doctor --why \(number)"])
    }
    let owners = port.owners.isEmpty ? "a program that /proc does not show" : port.owners.joined(separator: ", ")
    walk.step("who listens on port \(number)", owners, nil)

    console.say("  watching port \(number) for \(seconds) s ...", .faint)
    let seen = try await NetworkWatch(CaptureRequest(ports: [number], seconds: seconds), system).outcome.get()
    return connections(port, seconds, seen, live, &walk)
  }

  /// From the connections that were seen on.
  private func connections(
    _ port: ServerPort, _ seconds: Int, _ seen: NetworkWatch.Seen, _ live: Backend, _ walk: inout Walk
  ) -> Leaf {
    let totals = seen.totals
    // Where the backend shows no counters, nothing was counted.
    let use = seen.use ?? AddressUse([:], [:])
    guard totals.complete > 0 else {
      walk.step("do connections come", "none in \(seconds) s; \(port.established) are open", false)
      if let main = totals.main, let example = totals.examples[main] {
        return Leaf(main.rawValue, main.owner, example.verdict.sentence, seen.next)
      }
      if port.established > 0 {
        return Leaf(
          .oldConnections,
          "the \(port.established) open connections are older than this look, and may be older than TOA, "
            + "which reads the option when a connection is opened",
          [
            "toa table  (those with a client)",
            "let the load balancer's connection pool, or the application, connect anew",
          ])
      }
      return Leaf(
        .noConnections, "nobody connected to port \(port.number) in \(seconds) s",
        [
          "connect through the load balancer, then: toa doctor --why \(port.number)",
          "is this server in the load balancer's pool, and healthy there?",
        ])
    }
    walk.step("do connections come", "\(totals.complete) in \(seconds) s", true)

    let missing = totals.complete - totals.delivered
    guard missing == 0 else {
      walk.step("does each name its client", "\(missing) of \(totals.complete) do not", false)
      let main = totals.main ?? .notSent
      return Leaf(main.rawValue, main.owner, totals.examples[main]?.verdict.sentence ?? main.summary, seen.next)
    }
    walk.step("does each name its client", "all \(totals.complete)", true)

    guard use.cause != .notCovered else {
      walk.step("did TOA take the addresses", "none", false)
      let covers = live.cgroup.map { $0.isEmpty ? "" : ": it covers the cgroup \($0)" } ?? ""
      return Leaf(
        .notCovered, "none of these connections was seen by \(live.name)\(covers)",
        WhyCause.notCoveredNext(live.kind))
    }
    walk.step("did TOA take the addresses", "\(use.taken) of all connections of this host", true)
    return application(port, &walk, use)
  }

  /// What the application makes of it.
  private func application(_ port: ServerPort, _ walk: inout Walk, _ use: AddressUse) -> Leaf {
    walk.step("do applications ask", use.asked, use.answers + use.calls > 0)
    if let proxy = port.owners.first(where: ServerPort.proxies.contains) {
      return Leaf(
        .proxy, "port \(port.number) is that of \(proxy), which sees the client; servers behind it see \(proxy)",
        ["let \(proxy) pass the client on: PROXY protocol (haproxy: send-proxy-v2), or X-Forwarded-For for HTTP"])
    }
    switch use.cause {
    case .nat64: return Leaf(.nat64, WhyCause.nat64Sentence, WhyCause.nat64Next)
    case .notAsked: return Leaf(.notAsked, WhyCause.notAskedSentence, WhyCause.notAskedNext)
    default: break
    }
    let server = port.owners.first(where: ServerPort.servers.contains)
    return Leaf(
      .works, "applications are told the client's address",
      server.map {
        ["\($0) is a proxy for what is behind it: there, pass the client on in a header or by PROXY protocol"]
      }
        ?? ["does the log show the peer's address, or a header (X-Forwarded-For, X-Real-IP)?"])
  }
}

/// The end of the way.
private struct Leaf {
  let cause: String
  let owner: Owner?
  let verdict: String
  let next: [String]

  init(_ cause: String, _ owner: Owner?, _ verdict: String, _ next: [String]) {
    self.cause = cause
    self.owner = owner
    self.verdict = verdict
    self.next = next
  }

  init(_ cause: WhyCause, _ verdict: String, _ next: [String]) {
    self.init(cause.rawValue, cause.owner, verdict, next)
  }
}

/// The questions so far, printed as they are answered.
private struct Walk {
  private let console: Console
  private(set) var steps: [WhyDocument.Step] = []

  init(_ console: Console) { self.console = console }

  mutating func step(_ question: String, _ observed: String, _ isRight: Bool?) {
    steps.append(WhyDocument.Step(question: question, observed: observed, isRight: OrNull(isRight)))
    let style: Console.Style? = isRight.map { $0 ? .good : .bad }
    let mark = isRight.map { $0 ? "ok" : "no" } ?? "-"
    let padding = String(repeating: " ", count: max(0, 32 - question.count))
    console.print(
      "\(style.map { console.styled(mark, $0) } ?? mark)\(mark.count == 2 ? "" : " ")  \(question)?\(padding)\(observed)"
    )
  }
}
