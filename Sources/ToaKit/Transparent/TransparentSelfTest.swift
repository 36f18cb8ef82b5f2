// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import SelfTest

/// What `toa tproxy selftest` is asked for.
public struct TransparentSelfTestRequest: Sendable {
  /// The protocols to try; empty is those of the settings.
  public var families: [IPFamily]
  /// A file for the results in JUnit's form.
  public var junit: String?
  /// Only whether the parts do their work in this kernel: no connection without them, no rule of others.
  var partsOnly = false

  /// Creates a request.
  public init(families: [IPFamily] = [], junit: String? = nil) {
    self.families = families
    self.junit = junit
  }
}

/// The verb `tproxy selftest`: what this host has for transparent proxying, tried in network namespaces of its own.
public struct TransparentSelfTest: Sendable {
  private typealias Case = TransparentSelfTestDocument.Case

  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Makes the connections and prints what came of them; throws only where none can be made, or a file cannot be written.
  public func run(_ request: TransparentSelfTestRequest = TransparentSelfTestRequest()) async throws(ToaError)
    -> TransparentSelfTestDocument
  {
    try system.requireRoot("tproxy selftest", doing: "makes network namespaces")
    guard system.run.find("nsenter") != nil else {
      throw ToaError(
        .notApplicable, "nsenter is not installed",
        why: "the self-test starts nft, iptables and ip with it in a network namespace of its own",
        next: ["install util-linux"])
    }
    let enabled = try TransparentSettings.enabled(system)
    let settings: TransparentSettings
    if let enabled { settings = enabled } else { settings = try await .wanted(system, TransparentRequest()) }
    let families = settings.families.filter { request.families.isEmpty || request.families.contains($0) }
    guard !families.isEmpty else {
      throw ToaError(
        .usage, "\(request.families.map(\.title).spoken) is not enabled for transparent proxying",
        why: "what is enabled is for \(settings.families.map(\.title).spoken)", next: ["toa tproxy selftest"])
    }
    let (parts, missing) = try await livingParts(settings, isEnabled: enabled != nil)
    if enabled == nil {
      console.say("Transparent proxying is not enabled; this tests what `toa tproxy enable` would make.", .faint)
    }
    let keepsOwn = settings.families.contains { parts.contains(.mark($0)) } && settings.filter == .iptables
    let foreign = request.partsOnly ? [] : await ForeignRules.read(system, keepsOwn: keepsOwn)

    var cases = request.partsOnly ? [] : try await controls(settings, families)
    var findings: [TransparentFinding] = []
    if let bad = cases.first(where: \.failed) { findings.append(Self.noControl(bad)) }
    var loaded = foreign
    for interface in settings.interfaces.isEmpty ? [nil] : settings.interfaces.map(Optional.init) {
      let trial = TransparentTrial(
        system: system, settings: settings, parts: parts, interface: interface,
        checks: ReversePathChecks(system.files, on: interface, loose: enabled == nil ? settings.loose : []),
        foreign: loaded)
      let outcome = try await trial.run(families)
      tell(of: outcome)
      loaded.removeAll { one in outcome.unloaded.contains { $0.rules == one } }
      for family in families {
        if family == .ipv6, let reason = outcome.missingV6 {
          if !cases.contains(where: { $0.skipped.value != nil }) { cases.append(Case(family, skipped: reason)) }
          continue
        }
        let one = Case(
          family, on: settings.interfaces.count > 1 ? interface : nil, outcome.connections[family],
          failure: outcome.refusal?.what)
        cases.append(one)
        guard one.failed else { continue }
        for found in try await TransparentDiagnosis(trial: trial, missing: missing).findings(family, outcome)
        where !findings.contains(found) { findings.append(found) }
      }
    }
    if findings.isEmpty { findings = [works(cases, isEnabled: enabled != nil, beside: loaded, missing)] }
    let document = TransparentSelfTestDocument(
      passed: !cases.contains(where: \.failed) && cases.contains { $0.withRules && $0.passed },
      tested: enabled == nil ? .wanted : .enabled, settings: settings, missing: missing.map(\.title),
      otherRules: loaded.map(\.name),
      findings: findings.map { .init(cause: $0.cause, verdict: $0.sentence, next: $0.next) }, cases: cases)
    show(document)
    if let junit = request.junit { try system.write(document.junit, to: junit) }
    return document
  }

  /// What is to be made on the stage: what the host has; where nothing is enabled, all of it.
  private func livingParts(
    _ settings: TransparentSettings, isEnabled: Bool
  ) async throws(ToaError) -> (parts: [TransparentPart], missing: [TransparentPart]) {
    guard isEnabled else { return (settings.parts, []) }
    let state = try await TransparentRules(system.run, system.files).state(settings)
    return (state.present, state.missing)
  }

  /// The negative controls: without them, an answer that comes back could have come by another way.
  private func controls(_ settings: TransparentSettings, _ families: [IPFamily]) async throws(ToaError) -> [Case] {
    let trial = TransparentTrial(system: system, settings: settings)
    let outcome = try await trial.run(families, milliseconds: TransparentTrial.shortPatience)
    var cases: [Case] = []
    for family in families where family == .ipv4 || outcome.missingV6 == nil {
      var one = Case(withoutRules: family, outcome.connections[family])
      if one.failed, !one.answered {
        // A busy host may not have come so far.
        one = Case(withoutRules: family, try await trial.run([family]).connections[family])
      }
      cases.append(one)
    }
    return cases
  }

  private func tell(of outcome: TransparentTrial.Outcome) {
    for (rules, why) in outcome.unloaded {
      console.detail(
        "\(rules.name) of this host is not in the test, as it cannot be loaded in another namespace: \(why)")
    }
  }

  private static func noControl(_ one: Case) -> TransparentFinding {
    TransparentFinding(
      cause: .noControl,
      sentence: "this test proves nothing here, as without the rules \(one.failure.value ?? "something came back")",
      next: ["report it, with: toa tproxy selftest --json"])
  }

  private func works(
    _ cases: [Case], isEnabled: Bool, beside others: [ForeignRules], _ missing: [TransparentPart]
  ) -> TransparentFinding {
    let families = IPFamily.allCases.filter { family in
      cases.contains { $0.family == family && $0.withRules && $0.passed }
    }
    guard !families.isEmpty else {
      let reason = cases.compactMap(\.skipped.value).first ?? "no case applies here"
      return TransparentFinding(cause: .unknown, sentence: "nothing could be tried: \(reason)")
    }
    var sentence =
      "the server sees the client's address, and its answers come back to the proxy, over \(families.map(\.title).spoken)"
    if !others.isEmpty { sentence += ", beside \(others.map(\.name).spoken)" }
    if !isEnabled { sentence += "; nothing is enabled on this host" }
    if !missing.isEmpty {
      sentence +=
        "; \(missing.map(\.title).spoken) \(missing.count == 1 ? "is" : "are") missing, and was not needed here"
    }
    return TransparentFinding(
      cause: .works, sentence: sentence, next: isEnabled && missing.isEmpty ? [] : ["toa tproxy enable"])
  }

  private func show(_ document: TransparentSelfTestDocument) {
    var table = Table(["case", "expected", "server saw", "answer", "result"])
    for one in document.cases {
      let result: Table.Cell =
        if let reason = one.skipped.value {
          Table.Cell("not applicable: \(reason)", .faint)
        } else if let reason = one.failure.value {
          Table.Cell("failed: \(reason)", .bad)
        } else {
          Table.Cell("ok", .good)
        }
      let expected = one.withRules ? one.client.value?.withoutPort ?? "-" : "no answer"
      table.add([
        Table.Cell(one.name), Table.Cell(expected), Table.Cell(one.accepted.value ?? "-"),
        Table.Cell(one.answered ? "came back" : "-"), result,
      ])
    }
    for line in table.lines(console) { console.print(line) }
    for finding in document.findings {
      console.conclude(
        finding.verdict, finding.cause == .works ? nil : .host, isGood: finding.cause == .works, next: finding.next)
    }
  }
}

extension String {
  /// "192.0.2.1" for "192.0.2.1:80", "2001:db8::1" for "[2001:db8::1]:80".
  fileprivate var withoutPort: String {
    guard let colon = lastIndex(of: ":") else { return self }
    return self[..<colon].filter { $0 != "[" && $0 != "]" }
  }
}

extension TransparentSelfTestDocument {
  /// The cases as a test suite.
  fileprivate var junit: JUnitReport {
    JUnitReport(
      suite: "toa tproxy selftest",
      cases: cases.map { one in
        let result: JUnitReport.Result =
          if let reason = one.skipped.value {
            .skipped(reason)
          } else if let reason = one.failure.value {
            .failed(reason, detail: findings.map(\.verdict).joined(separator: "; "))
          } else {
            .passed
          }
        return JUnitReport.Case(group: "tproxy", name: one.name, microseconds: one.microseconds, result: result)
      })
  }
}
