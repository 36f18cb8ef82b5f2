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

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Build for the kernel whose headers or build tree lie in this folder, installed or not; may be given several times, \
      then with --layout.
      """, valueName: "dir"))
  var kernelDir: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder that gets toa.ko and toa.ko.json.", valueName: "dir"))
  var out = "."

  @Flag(
    name: .long,
    help: "Put them into DIR/RELEASE/ARCHITECTURE instead, where `toa install --from DIR` takes them.")
  var layout = false

  @OptionGroup var build: BuildOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Private key to sign the module with, a file or a pkcs11: URI (default: it stays unsigned).", valueName: "key"))
  var signKey: String?

  @Option(name: .long, help: ArgumentHelp("Certificate of the key, in DER or PEM.", valueName: "file"))
  var signCert: String?

  @Option(
    name: .long,
    help: ArgumentHelp("With --explain: a folder of packages in which to look for what is missing.", valueName: "dir"))
  var offline: String?

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Print the commands and build nothing.")
  var dryRun = false

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Say what was found, what would be used and why, and what is missing; build nothing.",
      discussion: "The exit status is the one that the build would end with for what is missing."))
  var explain = false

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = BuildRequest(
      kernel: kernel.kernel, kernelDirs: kernelDir, out: out, layout: layout, compiler: build.compiler,
      crossCompile: build.crossCompile, signKey: signKey, signCertificate: signCert, offline: offline, dryRun: dryRun)
    let builder = Builder(system, console)
    if explain {
      let (explanation, status) = try await builder.explain(request)
      console.answer(explanation)
      return status
    }
    if kernelDir.count > 1 {
      console.answer(try await builder.buildAll(request))
    } else {
      console.answer(try await builder.build(request))
    }
    return .success
  }
}
