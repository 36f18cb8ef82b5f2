// SPDX-License-Identifier: Apache-2.0
public import Host

/// What checks look at: the system, and the facts that several of them need, read once.
public struct DoctorContext: Sendable {
  /// The outside world; checks only read.
  public let system: System
  /// The host and the kernel to look at.
  public let facts: HostFacts
  /// The module in the running kernel; nil when none is loaded or another kernel is looked at.
  public let live: LiveModule?
  /// The file that the kernel would load; nil when there is none.
  public let file: ModuleFile?
  /// What the running kernel says of eBPF; nothing when another one is looked at.
  let bpf: BpfState
  /// What the network and its servers are like.
  let network: NetworkFacts
  /// What dmesg(1) answers.
  let kernelLog: Once<Result<CommandResult, CommandError>>
  /// The symbols that `file` needs against those that the headers say are exported, or why they cannot be compared.
  let symbols: Once<Result<SymbolComparison, Unmet>>
  /// The capture that was asked for; nil when none was.
  let watch: NetworkWatch?

  /// Reads the facts for the kernel called `kernel`, or for the running one, and with a request captures as soon as a check asks.
  public static func gather(
    _ system: System, kernel: String? = nil, capture: CaptureRequest? = nil
  ) async throws(ToaError) -> DoctorContext {
    let facts = try await system.facts(kernel: kernel)
    let file = ModuleFile(system, kernel: facts.target.text)
    return DoctorContext(
      system: system, facts: facts, live: facts.isRunning ? LiveModule(system) : nil, file: file,
      bpf: facts.isRunning ? BpfState.ask(system) : BpfState(), network: NetworkFacts(system, facts),
      kernelLog: Once {
        do throws(CommandError) {
          return .success(try await system.run.run(Command("dmesg")))
        } catch {
          return .failure(error)
        }
      }, symbols: Once { SymbolComparison.read(file, facts, system) },
      watch: capture.map { NetworkWatch($0, system) })
  }
}
