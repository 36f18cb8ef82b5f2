// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa package`: compile modules and put them into packages for other hosts.
public struct PackageVerb: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "package",
    abstract: "Make debs or rpms: the module for each kernel, or its source for DKMS; needs no root.",
    discussion: """
      `deb` and `rpm` compile the module for each kernel, strip it, sign it where there is a key, compress it as the kernel's \
      own modules are, and package it; `dkms-deb` and `dkms-rpm` package the source. The package toa-modules-common, which \
      loads the module at boot, comes with either. The same input gives the same bytes. `toa install` uses the same packages.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Argument(help: "What to make.")
  var kind: PackageRequest.Kind

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Kernel release to compile for, several times for several kernels, or `all` (default: the running one).",
      valueName: "release"))
  var kernel: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Package this module instead of building one, with the toa.ko.json beside it; may be given several times.",
      valueName: "file"))
  var module: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder that gets the packages.", valueName: "dir"))
  var out = "."

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var build: BuildOptions
  @OptionGroup var signing: ModuleSigningOptions

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Print the commands and make nothing.")
  var dryRun = false

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    var request = PackageRequest(kind)
    request.kernels = kernel
    request.modules = module
    request.out = out
    request.trust = settings.trust
    request.profile = settings.profile
    request.compiler = build.compiler
    request.crossCompile = build.crossCompile
    request.signKey = signing.key
    request.signCertificate = signing.certificate
    request.dryRun = dryRun
    console.answer(try await Packager(system, console).package(request))
    return .success
  }
}

extension PackageRequest.Kind: ExpressibleByArgument {}
