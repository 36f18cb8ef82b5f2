// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa build`: compile the module and leave it in a folder.
public struct Build: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Compile toa.ko for a kernel; needs no root and changes nothing but the output folder.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var kernel: KernelOption

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder that gets toa.ko.", valueName: "dir"))
  var out = "."

  @Option(name: .long, help: ArgumentHelp("Compiler to build with (default: the kernel's own).", valueName: "program"))
  var compiler: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Build for a kernel of another processor: what its tools' names begin with, e.g. aarch64-linux-gnu-.",
      valueName: "prefix"))
  var crossCompile: String?

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Print the commands and build nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Say which headers and compilers were found, which were chosen and why; build nothing.")
  var explain = false

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = BuildRequest(
      kernel: kernel.kernel, out: out, compiler: compiler, crossCompile: crossCompile, dryRun: dryRun, explain: explain)
    console.answer(try await Builder(system, console).build(request))
    return .success
  }
}
