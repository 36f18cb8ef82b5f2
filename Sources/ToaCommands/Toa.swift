// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
import ToaKit

/// The command line.
public struct Toa: AsyncParsableCommand {
  /// Name, summary and verbs.
  public static let configuration = CommandConfiguration(
    commandName: "toa",
    abstract: "Show servers behind a layer-4 load balancer the real client address.",
    discussion: """
      The load balancer sends the client's address in a TCP option (TOA). `toa install` builds, packages and loads the \
      kernel module that hands it to applications, or eBPF programs where that cannot be, and proves with real connections \
      that they see it.
      """,
    version: toaVersion,
    groupedSubcommands: [
      CommandGroup(name: "Install", subcommands: [Install.self, Uninstall.self]),
      CommandGroup(
        name: "Look",
        subcommands: [
          StatusVerb.self, DoctorVerb.self, SelfTestVerb.self, CaptureVerb.self, SimulateVerb.self, Stats.self,
          TableVerb.self, Debug.self,
        ]),
      CommandGroup(name: "Transparent proxy", subcommands: [Tproxy.self]),
      // The last two are hidden: hooks call them.
      CommandGroup(
        name: "By hand",
        subcommands: [
          Build.self, PackageVerb.self, Sign.self, Load.self, Unload.self, KernelAdded.self, KernelRemoved.self,
        ]),
    ])

  /// Creates the command.
  public init() {}
}
