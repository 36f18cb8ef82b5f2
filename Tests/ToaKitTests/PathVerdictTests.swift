// SPDX-License-Identifier: Apache-2.0
import Capture
import SelfTest
import Testing
import Wire

@testable import ToaKit

struct PathVerdictTests {
  private static let local = Endpoint(address: .v4(IPv4Address(10, 0, 0, 2)), port: 40000)
  private static let remote = Endpoint(address: .v4(IPv4Address(10, 0, 1, 1)), port: 8080)
  private static let formats = PathOptions.vendorFormats
  private static let of254 = OptionFormat.classic(kind: 254)

  /// What a healthy network does; the changes make it ill.
  private func report(
    backend: String? = "ebpf/0.1.0", profile: String = "254/8,254/20,253/20,200/8", isDualStack: Bool = true,
    largest: Int? = nil,
    _ change: (PathProbe, inout PathSighting) -> PathOutcome? = { _, _ in nil }
  ) throws -> PathReport {
    let host = PathHost(backend: backend, isDualStack: isDualStack, profile: profile)
    let read = (try? Profile(parsing: profile))?.options.formats ?? []
    let results = PathProbe.all(Self.formats, main: Self.of254).map { probe in
      let isNamed = backend != nil && probe.format.map(read.contains) == true
      let name = isNamed ? probe.client : Self.local
      let option = probe.client.flatMap { probe.format?.option(for: $0)?.bytes } ?? []
      var seen = PathSighting(
        accepted: name, name: name, source: Self.local, ackOptions: probe.place == .data ? nil : option,
        dataOptions: option, bytes: 17)
      let outcome = change(probe, &seen)
      return PathResult(probe, outcome ?? .arrived(seen))
    }
    return PathReport(
      host: host, local: Self.local, remote: Self.remote, maximumSegmentSize: 1460, largestPacket: largest,
      results: results)
  }

  private func first(_ report: PathReport, asked: String? = nil) throws -> PathFinding {
    let formats = try asked.map { try Profile(parsing: $0).options.clientFormats }
    return try #require(
      PathVerdict(report, asked: asked.flatMap { words in formats.map { (words, $0) } }).findings.first)
  }

  @Test func `a healthy network is said to work, and what is good to know is no finding`() throws {
    let verdict = PathVerdict(try report(), asked: nil)
    #expect(verdict.findings.map(\.cause) == [.works])
    #expect(verdict.findings[0].cause.owner == nil && verdict.findings[0].next.isEmpty)
    #expect(verdict.notes.count == 1 && verdict.notes[0].contains("advmss 1440"))
    #expect(PathDocument(verdict).passed)
  }

  @Test func `a firewall that strips kind 254 is told from one that drops such segments`() throws {
    let stripped = try first(
      report { probe, seen in
        guard probe.format?.kind == 254 else { return nil }
        (seen.dataOptions, seen.ackOptions, seen.accepted, seen.name) = (
          [1, 1, 1, 1, 1, 1, 1, 1], [], Self.local, Self.local
        )
        return nil
      })
    #expect(stripped.cause == .stripped && stripped.cause.owner == .network)
    #expect(stripped.sentence.contains("options 254/8, 254/20 arrive at 10.0.1.1 without it"))
    #expect(stripped.sentence.contains("options 253/8, 200/8, 253/20, 28/7, 28/19 come through"))
    #expect(stripped.next.first?.contains("kind 254 pass") == true)
    let dropped = try first(report { probe, _ in probe.format?.kind == 254 ? .stalled : nil })
    #expect(dropped.cause == .dropped && dropped.cause.owner == .network)
    #expect(dropped.sentence.hasPrefix("segments with options 254/8, 254/20 are dropped"))
  }

  @Test func `options that the host does not read are a note when they are lost`() throws {
    let verdict = PathVerdict(try report { probe, _ in probe.format?.kind == 28 ? .stalled : nil }, asked: nil)
    #expect(verdict.findings.map(\.cause) == [.works])
    #expect(verdict.notes.first?.contains("options 28/7, 28/19 do not come") == true)
    #expect(
      try first(report { probe, _ in probe.format?.kind == 28 ? .stalled : nil }, asked: "alibaba-cdn").cause
        == .dropped)
  }

  @Test func `bare ACKs that are lost for their option are dropped, those that come without it stripped`() throws {
    let lost = try first(
      report { probe, seen in
        if probe.place == .ack { (seen.ackOptions, seen.dataOptions, seen.accepted) = (nil, [], Self.local) }
        return nil
      })
    #expect(lost.cause == .dropped)
    let without = try first(
      report { probe, seen in
        if probe.place == .ack { (seen.ackOptions, seen.accepted) = ([], Self.local) }
        return nil
      })
    #expect(without.cause == .stripped)
  }

  @Test func `full packets that are lost are an MTU too small, with the figure that would fit`() throws {
    let small = try first(
      report(largest: 1400) { probe, _ in probe.isFullSize && probe.format == nil ? .stalled : nil })
    #expect(small.cause == .mtu && small.cause.owner == .network)
    #expect(small.sentence.contains("packets of 1500 bytes") && small.sentence.contains("have 1400"))
    // 40 bytes of headers and 20 of the longest option.
    #expect(small.next.first?.contains("advmss 1340") == true)
    let none = try first(report(largest: 0) { probe, _ in probe.isFullSize && probe.format == nil ? .stalled : nil })
    #expect(none.sentence.contains("not even those of 576 bytes arrive"))
    let withOption = try first(report { probe, _ in probe.isFullSize && probe.format != nil ? .stalled : nil })
    #expect(withOption.cause == .dropped && withOption.sentence.contains("full segments with option 254/8"))
  }

  @Test func `a source that is not trusted, and one that is translated on the way`() throws {
    func untrusted(_ source: String) throws -> PathFinding {
      try first(
        report { _, seen in
          (seen.isTrusted, seen.accepted, seen.name) = (false, Endpoint(source), Endpoint(source))
          seen.source = Endpoint(source)
          return nil
        })
    }
    let own = try untrusted("10.0.0.2:40000")
    #expect(
      own.cause == .untrusted && own.cause.owner == .host
        && own.next == ["on 10.0.1.1: toa install --trust 10.0.0.2/32"])
    #expect(try untrusted("203.0.113.9:1").sentence.contains("203.0.113.9 (this host, behind address translation)"))
    #expect(try untrusted("[2001:db8::9]:1").next == ["on 10.0.1.1: toa install --trust 2001:db8::9/128"])
  }

  @Test func `no backend, another profile, and a host that does not deliver`() throws {
    #expect(try first(report(backend: nil, profile: "")).cause == .noBackend)
    let other = try first(report(profile: "254/8,200/8"), asked: "dpvs")
    #expect(
      other.cause == .otherProfile && other.sentence == "10.0.1.1 does not read option 254/20 of the profile dpvs")
    #expect(other.next == ["on 10.0.1.1: toa install --profile dpvs"])
    let silent = try first(
      report { _, seen in
        (seen.accepted, seen.name) = (Self.local, Self.local)
        return nil
      })
    #expect(silent.cause == .notDelivered && silent.cause.owner == .host)
    let onV4 = try report(isDualStack: false) { probe, seen in
      if probe.format?.family == .v6 { (seen.accepted, seen.name) = (Self.local, Self.local) }
      return nil
    }
    #expect(try first(onV4).cause == .works)
  }

  @Test func `of several causes the first on the way comes first, and what follows from it is not told`() throws {
    let both = try report(backend: nil, profile: "") { probe, _ in probe.format?.kind == 254 ? .stalled : nil }
    #expect(PathVerdict(both, asked: nil).findings.map(\.cause) == [.dropped, .noBackend])
    let all: [(PathOutcome, String)] = [
      (.unanswered, "no answer"), (.reset, "was reset"), (.stalled, "data did not come"),
    ]
    for (outcome, text) in all {
      let nothing = try report { probe, _ in probe.name == "no-option" ? outcome : nil }
      let findings = PathVerdict(nothing, asked: nil).findings
      #expect(findings.map(\.cause) == [.nothingArrives] && findings[0].sentence.contains(text))
    }
  }
}
