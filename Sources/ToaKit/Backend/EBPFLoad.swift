// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The step of a plan that attaches the eBPF programs, from nothing or in place of those that work.
public struct EBPFLoad: Sendable, Equatable, Codable {
  /// How they are to work.
  public var settings: EBPFSettings
  /// How those worked that are replaced; nil when there were none.
  public var old: EBPFSettings?

  /// How a person would take the programs out.
  static let typedUnload = "rm -r \(EBPFBackend.folder)"

  /// The step as a person would type it.
  static func typed(_ settings: EBPFSettings) -> String {
    Command("toa", ["load", "--backend", "ebpf"] + settings.typedOptions).typed
  }
}

extension Transaction {
  /// What a person would type to undo a step now: of eBPF only what there is to undo.
  func typedUndo(_ step: Step, facts: [String], _ purpose: UndoPurpose) -> [String] {
    switch step {
    case .mountBpf where !BpfFileSystem(system, console).isOurs: []
    case .loadEBPF(let load) where purpose == .withdrawal || load.old == nil:
      system.bpf.hasPins() ? step.typedUndo(facts: facts, purpose) : []
    default: step.typedUndo(facts: facts, purpose)
    }
  }

  func loadEBPF(_ settings: EBPFSettings) async throws(ToaError) {
    let milliseconds = try await EBPFBackend(system).load(settings, makingCgroup: true, console)
    console.detail("attached in \(milliseconds) ms")
  }

  /// Brings the old settings back or takes the programs out.
  func unloadEBPF(_ load: EBPFLoad, _ purpose: UndoPurpose) async throws(ToaError) {
    if purpose == .rollback, let old = load.old {
      do throws(ToaError) {
        if try !EBPFBackend(system).isLive(with: old) { try await loadEBPF(old) }
        return
      } catch {
        console.say("  cannot go back to the earlier settings: \(error)", .warning)
      }
    }
    try EBPFBackend(system).unload()
  }
}
