// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Glibc
internal import Host
internal import SelfTest
internal import Wire

/// `toa selftest --against` and `--listen`: the self-test over a real network, with consent on both ends.
public struct PathReporter: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Sends crafted connections to another host and says what becomes of them on the way.
  public func probe(
    _ target: String, token: String?, profile: String?, junit: String?
  ) async throws(ToaError) -> PathDocument {
    let asked = try parsedProfile(profile)
    let remote = try await resolve(target)
    guard let token = token ?? system.terminal.line("Token that the other side shows: ") else {
      throw ToaError(
        .usage, "no token", why: "\(target) takes crafted connections only from who has its token",
        next: [
          "on \(remote.address): toa selftest --listen \(remote.port)",
          "toa selftest --against \(target) --token TOKEN",
        ])
    }
    let formats = asked?.options.clientFormats
    let console = console
    console.say("Connecting to \(remote) ...", .faint)
    let report: PathReport
    do throws(PathError) {
      report = try await system.path.probe(PathOptions(remote: remote, token: token, formats: formats)) { result in
        // What is lost takes a second each.
        if result.keptOption == false || !result.outcome.isArrival || console.loudness > .normal {
          console.say("  \(result.probe.name): \(Self.text(result))", .faint)
        }
      }
    } catch {
      throw Self.explain(error, target, remote)
    }
    let verdict = PathVerdict(report, asked: profile.flatMap { words in formats.map { (words, $0) } })
    show(verdict)
    let document = PathDocument(verdict)
    if let junit { try system.write(Self.junit(document), to: junit) }
    return document
  }

  private func show(_ verdict: PathVerdict) {
    var table = Table(["probe", "arrives", "with its option", "accept() there gives"])
    for one in verdict.report.results {
      var seen: String?
      if case .arrived(let sighting) = one.outcome { seen = sighting.accepted.map { "\($0)" } }
      let kept = one.keptOption
      table.add([
        Table.Cell(one.probe.name),
        Table.Cell(one.outcome.isArrival ? "yes" : "no, \(one.outcome.word)", one.outcome.isArrival ? nil : .bad),
        Table.Cell(kept.map { $0 ? "yes" : "no" } ?? "-", kept == false ? .bad : nil),
        Table.Cell(seen ?? "-", one.namedClient.map { $0 ? .good : .warning }),
      ])
    }
    for line in table.lines(console) { console.print(line) }
    for finding in verdict.findings {
      console.conclude(
        finding.sentence, finding.cause.owner, isGood: finding.cause == .works, next: finding.next)
    }
    for note in verdict.notes {
      console.print()
      for line in console.wrapped(note, indent: 0) { console.print(console.styled(line, .faint)) }
    }
  }

  private static func text(_ result: PathResult) -> String {
    guard result.outcome.isArrival else { return result.outcome.word }
    return result.keptOption.map { $0 ? "arrived with its option" : "arrived without its option" } ?? "arrived"
  }

  /// Probes as test cases: those with an option that the host reads have to name their client.
  private static func junit(_ document: PathDocument) -> JUnitReport {
    let cases = document.probes.map { probe in
      let result: JUnitReport.Result =
        switch (probe.outcome, probe.optionArrived.value, probe.clientNamed.value) {
        case _ where !probe.matters: .skipped("\(document.remote) does not read it")
        case ("arrived", nil, _), ("arrived", true, true): .passed
        case ("arrived", true, _):
          .failed(
            "the option arrived and was not believed", detail: "accept() gave \(probe.accepted.value ?? "nothing")")
        case ("arrived", false, _): .failed("the segment arrived without its option", detail: "")
        default: .failed(probe.outcome, detail: "")
        }
      return JUnitReport.Case(group: "path", name: probe.name, microseconds: 0, result: result)
    }
    return JUnitReport(suite: "toa selftest --against \(document.remote)", cases: cases)
  }

  /// An address and a port from "192.0.2.1:80", "[2001:db8::1]:80" or "name:80", the latter by the host's own resolver.
  private func resolve(_ target: String) async throws(ToaError) -> Endpoint {
    if let endpoint = Endpoint(target), endpoint.port != 0 { return endpoint }
    guard let colon = target.lastIndex(of: ":"), let port = UInt16(target[target.index(after: colon)...]), port != 0,
      colon != target.startIndex, !target.hasPrefix("-"),
      target[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_") })
    else {
      throw ToaError(
        .usage, "--against takes HOST:PORT", why: "\"\(target)\" is none",
        next: ["toa selftest --against 192.0.2.1:8080", "toa selftest --against '[2001:db8::1]:8080'"])
    }
    let name = String(target[..<colon])
    let answer: CommandResult
    do throws(CommandError) {
      answer = try await system.run.run(Command("getent", ["ahosts", name]))
    } catch {
      throw ToaError(.refused, "\(name) cannot be resolved", why: "\(error)", next: ["use its address"])
    }
    let word = answer.output.split(separator: "\n").first?.split(separator: " ").first
    guard answer.status == 0, let address = word.flatMap({ IPAddress(String($0)) }) else {
      throw ToaError(
        .refused, "\(name) cannot be resolved", why: "the resolver knows no address", next: ["use its address"])
    }
    return Endpoint(address: address, port: port)
  }

  private static func explain(_ error: PathError, _ target: String, _ remote: Endpoint) -> ToaError {
    let what = "the path to \(remote) cannot be tested"
    let listen = "on \(remote.address): toa selftest --listen \(remote.port)"
    return switch error {
    case .refused: ToaError(.refused, what, why: "nothing listens there (host)", next: [listen])
    case .timeout:
      ToaError(
        .refused, what,
        why: "nothing came back: a firewall drops connections to that port, or there is no such host (network)",
        next: ["network team: let TCP to \(remote) pass", listen])
    case .unreachable(let errno):
      ToaError(.refused, what, why: "\(errorText(errno)) (network)", next: ["ip route get \(remote.address)"])
    case .stranger:
      ToaError(.refused, what, why: "something else listens there than toa selftest --listen", next: [listen])
    case .wrongToken:
      ToaError(
        .refused, what, why: "the token is not the one that \(remote.address) shows",
        next: [
          "toa selftest --against \(target) --token TOKEN, as the other side shows it; each run of --listen has its own"
        ])
    case .busy:
      ToaError(.locked, what, why: "it is being tested by somebody else", next: ["toa selftest --against \(target)"])
    case .otherVersion:
      ToaError(
        .refused, what, why: "it speaks another version of the protocol; this is toa \(toaVersion)",
        next: ["use the same toa on both hosts"])
    case .lost:
      ToaError(.refused, what, why: "the other side ended in the middle, or the network did", next: [listen])
    case .system(let call, let errno) where errno == EPERM || errno == EACCES:
      ToaError(
        .refused, what, why: "\(call): \(errorText(errno)); CAP_NET_RAW is missing",
        next: ["sudo toa selftest --against \(target)"])
    case .system(let call, let errno):
      ToaError(.unexpected, what, why: "\(call): \(errorText(errno))", next: ["toa doctor"])
    }
  }
}
