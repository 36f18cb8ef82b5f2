// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import SelfTest
internal import Wire

/// What a network and the host behind it do to options.
public enum PathCause: String, Sendable, Codable {
  /// Not even a connection without an option comes through.
  case nothingArrives = "nothing-arrives"
  /// Segments with the option are dropped.
  case dropped = "option-dropped"
  /// Segments come without the option that they were sent with.
  case stripped = "option-stripped"
  /// Packets of the size that both sides believe in are lost.
  case mtu = "mtu-too-small"
  /// The host has nothing that reads options.
  case noBackend = "no-backend"
  /// Options come, and the host does not read options of that kind.
  case otherProfile = "other-profile"
  /// Options come, from a source that the host does not trust.
  case untrusted
  /// Options come and should be believed, and are not.
  case notDelivered = "not-delivered"
  /// Every option comes and names its client.
  case works

  var owner: Owner? {
    switch self {
    case .nothingArrives, .dropped, .stripped, .mtu: .network
    case .noBackend, .otherProfile, .untrusted, .notDelivered: .host
    case .works: nil
    }
  }
}

/// Something that was found out about a network or the host behind it.
struct PathFinding: Equatable {
  let cause: PathCause
  let sentence: String
  let next: [String]
}

/// From what came of each probe to causes, in the order of the way that a packet takes.
struct PathVerdict {
  let report: PathReport
  /// The options that matter: those that were asked for, or those that the host reads.
  private let relevant: [OptionFormat]
  private let read: [OptionFormat]
  private let asked: String?

  /// `asked` are the words of the profile that was asked for, and its options.
  init(_ report: PathReport, asked: (words: String, formats: [OptionFormat])?) {
    self.report = report
    self.asked = asked?.words
    read = (try? Profile(parsing: report.host.profile))?.options.clientFormats ?? []
    relevant = asked?.formats ?? (read.isEmpty ? Profile.standard.options.clientFormats : read)
  }

  /// All that is wrong, the first being the one to begin with; `works` alone when nothing is.
  var findings: [PathFinding] {
    if let control = report.results.first, !control.outcome.isArrival { return [nothingArrives(control)] }
    let found = [dropped, stripped, mtu, noBackend, untrusted, otherProfile, notDelivered].compactMap { $0 }
    return found.isEmpty ? [works] : found
  }

  /// Whether it counts what becomes of a probe.
  func matters(_ probe: PathProbe) -> Bool { probe.format.map(relevant.contains) ?? true }

  /// What is no fault, and good to know.
  var notes: [String] {
    guard report.results.first?.outcome.isArrival == true else { return [] }
    let lost = handshakes { !relevant.contains($0) && $1.keptOption != true }
    var notes =
      lost.isEmpty
      ? []
      : ["Of what the host does not read, \(list(lost)) \(lost.count == 1 ? "does" : "do") not come through either."]
    if mtu == nil, let size = report.maximumSegmentSize {
      notes.append(
        "A segment of the full \(size) bytes has no room for an option. Where the load balancer adds one to such segments, "
          + advice(size - longestOption))
    }
    return notes
  }

  private var host: String { "\(report.remote.address)" }

  private func results(_ isWanted: (PathResult) -> Bool) -> [PathResult] { report.results.filter(isWanted) }

  /// Options of handshakes about which something is true, each once.
  private func handshakes(_ isWanted: (OptionFormat, PathResult) -> Bool) -> [OptionFormat] {
    report.results.reduce(into: []) { formats, result in
      guard let format = result.probe.format, !result.probe.isFullSize, isWanted(format, result),
        !formats.contains(format)
      else { return }
      formats.append(format)
    }
  }

  private func list(_ formats: [OptionFormat]) -> String {
    (formats.count == 1 ? "option " : "options ") + formats.map(\.description).joined(separator: ", ")
  }

  /// What comes through, as the end of a sentence.
  private var passing: String {
    let good = handshakes { _, result in result.keptOption == true }
    let bad = handshakes { _, result in result.keptOption != true }
    let whole = good.filter { !bad.contains($0) }
    return whole.isEmpty ? "no option comes through" : "\(list(whole)) \(whole.count == 1 ? "comes" : "come") through"
  }

  private func nothingArrives(_ control: PathResult) -> PathFinding {
    let what =
      switch control.outcome {
      case .reset: "was reset"
      case .unanswered: "got no answer"
      default: "was opened, and its data did not come"
      }
    return PathFinding(
      cause: .nothingArrives,
      sentence: "an ordinary connection to \(report.remote) works, and a crafted one without any option \(what)",
      next: [
        "is something between that speaks TCP itself: a proxy, a SYN proxy, a firewall of this host on \(report.local.address)?",
        "nft list ruleset",
      ])
  }

  private var dropped: PathFinding? {
    let formats = handshakes { format, result in
      guard relevant.contains(format) else { return false }
      guard case .arrived(let seen) = result.outcome else { return true }
      return result.probe.place == .ack && seen.ackOptions == nil && seen.dataOptions != nil
    }
    let full = results { $0.probe.isFullSize && $0.probe.format != nil && !$0.outcome.isArrival }
    guard !formats.isEmpty || !full.isEmpty else { return nil }
    let what =
      formats.isEmpty ? "full segments with \(list(full.compactMap(\.probe.format)))" : "segments with \(list(formats))"
    return PathFinding(
      cause: .dropped,
      sentence: "\(what) are dropped on the way to \(host), while the same segments without it arrive; \(passing)",
      next: [
        "network team: let segments with TCP options of kind \(kinds(formats.isEmpty ? relevant : formats)) pass; firewalls "
          + "call it \"TCP option inspection\" or \"normalisation\"",
        "on \(host), to see what comes: toa capture --port \(report.remote.port)",
      ])
  }

  private var stripped: PathFinding? {
    let formats = handshakes { relevant.contains($0) && $1.keptOption == false && !isLost($1) }
    guard !formats.isEmpty else { return nil }
    return PathFinding(
      cause: .stripped,
      sentence:
        "segments with \(list(formats)) arrive at \(host) without it: something on the way removes it; \(passing)",
      next: [
        "network team: let TCP options of kind \(kinds(formats)) pass (nft: reset tcp option; iptables: TCPOPTSTRIP; "
          + "others: \"TCP option normalisation\")",
        "toa selftest --against \(report.remote) from a host nearer to it, to find where",
      ])
  }

  /// Whether the bare ACK with the option never came, but the data behind it did.
  private func isLost(_ result: PathResult) -> Bool {
    guard result.probe.place == .ack, case .arrived(let seen) = result.outcome else { return false }
    return seen.ackOptions == nil
  }

  private func kinds(_ formats: [OptionFormat]) -> String {
    Set(formats.map { Int($0.kind) }).sorted().map(String.init).joined(separator: ", ")
  }

  private var headers: Int { if case .v4 = report.remote.address.unmapped { 40 } else { 60 } }

  /// What makes the other host's peers send shorter segments.
  private func advice(_ size: Int) -> String {
    "on \(host), for its route to \(report.local.address): ip route change ... advmss \(size)"
  }

  /// Bytes that the longest option takes.
  private var longestOption: Int { relevant.map { (Int($0.length) + 3) / 4 * 4 }.max() ?? 8 }

  private var mtu: PathFinding? {
    guard results({ $0.probe.isFullSize && $0.probe.format == nil && $0.outcome == .stalled }).count > 0,
      let size = report.maximumSegmentSize
    else { return nil }
    let largest = report.largestPacket ?? 0
    let text =
      largest > 0 ? "the largest that arrive have \(largest)" : "not even those of 576 bytes arrive"
    return PathFinding(
      cause: .mtu,
      sentence:
        "packets of \(size + headers) bytes, which \(host) asks for (MSS \(size)), are lost on the way; \(text)",
      next: (largest > 0 ? [advice(largest - headers - longestOption)] : [])
        + ["network team: a link on the way has a smaller MTU; let ICMP \"fragmentation needed\" pass, or raise it"])
  }

  private var noBackend: PathFinding? {
    guard report.host.backend == nil else { return nil }
    return PathFinding(
      cause: .noBackend, sentence: "\(host) has no TOA in its kernel, so that nobody reads the option",
      next: ["on \(host): toa install", "on \(host): toa status"])
  }

  /// Where options came from that were not believed for that.
  private var untrusted: PathFinding? {
    let sources = report.results.compactMap { result -> IPAddress? in
      guard result.keptOption == true, case .arrived(let seen) = result.outcome, !seen.isTrusted else { return nil }
      return seen.source?.address.unmapped
    }
    guard report.host.backend != nil, let source = sources.first else { return nil }
    let seen = source == report.local.address.unmapped ? "" : " (this host, behind address translation)"
    let prefix = if case .v4 = source { "32" } else { "128" }
    return PathFinding(
      cause: .untrusted,
      sentence: "options arrive at \(host) from \(source)\(seen), which it does not trust",
      next: ["on \(host): toa install --trust \(source)/\(prefix)"])
  }

  private var otherProfile: PathFinding? {
    guard let asked, report.host.backend != nil else { return nil }
    let missing = relevant.filter { !read.contains($0) }
    guard !missing.isEmpty else { return nil }
    return PathFinding(
      cause: .otherProfile, sentence: "\(host) does not read \(list(missing)) of the profile \(asked)",
      next: ["on \(host): toa install --profile \(asked)"])
  }

  private var notDelivered: PathFinding? {
    guard report.host.backend != nil else { return nil }
    let formats = handshakes { format, result in
      guard read.contains(format), result.keptOption == true, result.namedClient == false,
        case .arrived(let seen) = result.outcome, seen.isTrusted
      else { return false }
      // An IPv4 socket's calls have no way to name an IPv6 client.
      return report.host.isDualStack || format.family == .v4
    }
    guard !formats.isEmpty else { return nil }
    return PathFinding(
      cause: .notDelivered,
      sentence: "\(list(formats)) arrive at \(host) from a trusted source, and accept() there does not give the client",
      next: ["on \(host): toa selftest", "on \(host): toa doctor"])
  }

  private var works: PathFinding {
    PathFinding(
      cause: .works,
      sentence:
        "every option that \(host) reads comes through (\(relevant.map(\.description).joined(separator: ", "))), and "
        + "accept() there gives the client", next: [])
  }
}
