// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa sign`: make or take a key, and sign modules for kernels that ask for it.
public struct Sign: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Sign modules, and make or enrol the key for it.",
    discussion: """
      Signs with the kernel's own sign-file and makes sure that the result bears its content and the certificate out. Without a \
      file the installed toa.ko is signed. A kernel takes the signature when it trusts the key: what has to be done for that, \
      and that it needs the machine's console once, is said at the end.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var root: RootOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Kernel release to sign for (default: the one for which the module was built).", valueName: "release"))
  var kernel: String?

  @Flag(name: .customLong("make-key"), help: "Make a key in /var/lib/toa/keys, unless there is one.")
  var makeKey = false

  @OptionGroup var key: SigningKeyOptions

  @Flag(name: .long, help: "Hand the certificate to the firmware with mokutil, which asks for a password.")
  var enroll = false

  @Argument(help: ArgumentHelp("Modules to sign, compressed or not.", valueName: "file"))
  var modules: [String] = []

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = SignRequest(
      modules: modules, kernel: kernel, key: key.key, certificate: key.certificate, makeKey: makeKey, enroll: enroll,
      dryRun: change.dryRun, yes: change.yes)
    let document = try await Signer(system.working(on: root.root), console).sign(request)
    console.answer(document)
    return document.rebootNeeded ? .rebootNeeded : .success
  }
}

/// Options that name the key of `toa sign`.
public struct SigningKeyOptions: ParsableArguments, Sendable {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Private key to sign with, a file or a pkcs11: URI (default: one of this host).", valueName: "key"))
  var key: String?

  @Option(
    name: .customLong("cert"), help: ArgumentHelp("Certificate of the key, in DER or PEM.", valueName: "file"))
  var certificate: String?

  /// Creates the options with their defaults.
  public init() {}
}
