// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

extension Backend.Kind: ExpressibleByArgument {}

/// Options of verbs that load eBPF programs.
public struct ProgramOptions: ParsableArguments, Sendable {
  @Option(
    name: .long,
    help: ArgumentHelp("eBPF: cover the processes of this cgroup only, by its folder.", valueName: "dir"))
  var cgroup: String?

  @Flag(
    name: .long, inversion: .prefixedNo,
    help: "eBPF: answer the vendors' getsockopt calls, which costs every such call 0.1 microseconds.")
  var getsockopt: Bool?

  /// Creates the options with their defaults.
  public init() {}
}

/// `toa load`: put the installed backend into the kernel.
public struct Load: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Load the installed backend.",
    discussion: """
      The module is loaded by name through libkmod, with the options of modprobe.d; a loaded one gets other prefixes and \
      another profile without being loaded anew. eBPF \
      needs nothing installed. With other settings than before it is replaced at once, and connections keep their addresses.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Option(name: .long, help: "What to load (default: what is installed).")
  var backend: Backend.Kind?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Source prefixes of the load balancer, added to loopback and private ones, or `any`; for this load only.",
      valueName: "prefixes"))
  var trust: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "What the load balancer sends and applications ask, such as dpvs or lvs,-syn; for this load only.",
      valueName: "words"))
  var profile: String?

  @OptionGroup var programs: ProgramOptions

  @Option(
    name: .long, help: ArgumentHelp("Module: how to hook the kernel: auto, ftrace or kretprobe.", valueName: "how"))
  var hook: String?

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = LoadRequest(
      backend: backend, trust: trust, profile: profile, hook: hook, cgroup: programs.cgroup,
      getsockopt: programs.getsockopt,
      dryRun: change.dryRun)
    console.answer(try await Loader(system, console).load(request))
    return .success
  }
}
