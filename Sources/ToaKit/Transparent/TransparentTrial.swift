// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import SelfTest

/// One stage with what is to be tried on it.
struct TransparentTrial: Sendable {
  let system: System
  var settings: TransparentSettings
  /// Which parts are made; the check of the reverse path is set by `checks`.
  var parts: [TransparentPart] = []
  /// The interface on which the server's answers arrive; nil takes a name that nobody uses.
  var interface: String?
  var checks = ReversePathChecks()
  var foreign: [ForeignRules] = []

  /// The interface where settings name none.
  static let anyInterface = "toa-server"
  /// Where the server listens when settings name no port.
  static let anyPort: UInt16 = 8080
  /// How long an answer is waited for, in milliseconds: longer than a SYN takes to be sent again.
  static let patience = 2500
  /// How long where none is expected.
  static let shortPatience = 300

  /// What came of it.
  struct Outcome: Sendable {
    var connections: [IPFamily: TransparentConnection] = [:]
    var missingV6: String?
    /// Why the parts could not be made, when they could not.
    var refusal: ToaError?
    /// Rules of others that could not be loaded, and why.
    var unloaded: [(rules: ForeignRules, why: String)] = []
  }

  /// Makes the stage, and one connection of each family; throws where that cannot be.
  func run(_ families: [IPFamily], milliseconds: Int = patience) async throws(ToaError) -> Outcome {
    let options = TransparentStageOptions(
      interface: interface ?? Self.anyInterface, port: settings.ports.first ?? Self.anyPort)
    let stage = try await reporting { () async throws(SelfTestError) in try await system.transparent.stage(options) }
    let run = system.run.inNetwork(stage.proxyNetwork)
    var outcome = Outcome(missingV6: stage.missingV6)
    for rules in foreign {
      // Before toa's own, as on a host: of chains with the same number, the latest comes first.
      let result = try? await run.run(rules.loading)
      guard result?.status != 0 else { continue }
      outcome.unloaded.append(
        (rules, result?.errorOutput.split(separator: "\n").first.map(String.init) ?? "it does not run"))
    }
    let made = parts.filter { if case .reversePath = $0 { false } else { true } }
    if !made.isEmpty {
      do throws(ToaError) {
        try await TransparentRules(run, system.files).raise(settings, only: made)
      } catch {
        outcome.refusal = error
        return outcome
      }
    }
    for (name, value) in checks.settings {
      try await reporting { () async throws(SelfTestError) in try await stage.set(name, value) }
    }
    for family in families where family == .ipv4 || stage.missingV6 == nil {
      outcome.connections[family] = try await reporting { () async throws(SelfTestError) in
        try await stage.connect(family == .ipv4 ? .v4 : .v6, milliseconds)
      }
    }
    return outcome
  }

  private func reporting<Value: Sendable>(
    _ work: () async throws(SelfTestError) -> Value
  ) async throws(ToaError) -> Value {
    do throws(SelfTestError) { return try await work() } catch { throw Self.explain(error) }
  }

  private static func explain(_ error: SelfTestError) -> ToaError {
    var next = ["toa doctor"]
    if error.step.contains("veth") { next = ["modprobe veth", "toa tproxy selftest"] }
    if error.isRightMissing { next = ["run it on the host itself: this container may not make network namespaces"] }
    return ToaError(
      .notApplicable, "the self-test of transparent proxying cannot start: cannot \(error.step)",
      why: errorText(error.errno), next: next)
  }
}
