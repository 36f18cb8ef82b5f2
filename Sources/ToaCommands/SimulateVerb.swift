// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa simulate`: what a server sees behind a load balancer, without one.
public struct SimulateVerb: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run a program whose connections look as if they came through a load balancer.",
    discussion: """
      Example: toa simulate --client 203.0.113.7:5555 -- curl http://127.0.0.1:8080/

      The connections that the program opens to this host and to private networks carry the TCP option of a load balancer that \
      has this client behind it; those to public addresses are left as they are. The exit status is that of the program. Needs \
      eBPF and cgroup2; nothing on the host changes.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Option(name: .long, help: ArgumentHelp("Whom the option names; [ADDRESS]:PORT for IPv6.", valueName: "address:port"))
  var client: String

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("What the load balancer sends (default: the profile of the loaded TOA).", valueName: "words"))
  var profile: String?

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("The program and its arguments, behind --.", valueName: "command"))
  var command: [String] = []

  /// Creates the verb.
  public init() {}

  /// Refuses a call without a program.
  public func validate() throws {
    if command.isEmpty { throw ValidationError("name the program behind --: toa simulate --client … -- curl …") }
  }

  /// Does the work and returns the exit status of the program.
  public func exitCode(_ system: System, _ console: Console) async throws(ToaError) -> Int32 {
    try await Simulator(system, console).run(SimulationRequest(client: client, profile: profile, command: command))
  }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    ExitStatus(rawValue: try await exitCode(system, console)) ?? .unexpected
  }
}
