// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser

/// Options of verbs that write the module's settings into a package.
public struct SettingsOptions: ParsableArguments, Sendable {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Source prefixes of the load balancer, added to loopback and private ones; `any` believes every source.",
      valueName: "prefixes"))
  var trust: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "What the load balancer sends and applications ask: a vendor's name, as tencent-clb, and words to add or take away.",
      valueName: "words"))
  var profile: String?

  /// Creates the options with their defaults.
  public init() {}
}

/// The option of verbs that compile for this machine.
public struct CompilerOption: ParsableArguments, Sendable {
  @Option(name: .long, help: ArgumentHelp("Compiler to build with (default: the kernel's own).", valueName: "program"))
  var compiler: String?

  /// Creates the option with its default.
  public init() {}
}

/// Options of verbs that compile for any machine.
public struct BuildOptions: ParsableArguments, Sendable {
  @OptionGroup var own: CompilerOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Build for a kernel of another processor: what its tools' names begin with, e.g. aarch64-linux-gnu-.",
      valueName: "prefix"))
  var crossCompile: String?

  /// The compiler that was named.
  var compiler: String? { own.compiler }

  /// Creates the options with their defaults.
  public init() {}
}

/// Options of verbs that sign what they build.
public struct ModuleSigningOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("sign-key"),
    help: ArgumentHelp(
      "Private key to sign the module with, a file or a pkcs11: URI (default: one of this host).", valueName: "key"))
  var key: String?

  @Option(
    name: .customLong("sign-cert"), help: ArgumentHelp("Certificate of the key, in DER or PEM.", valueName: "file"))
  var certificate: String?

  /// Creates the options with their defaults.
  public init() {}
}
