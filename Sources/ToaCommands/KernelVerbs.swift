// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa kernel-added`: what the hooks of the package toa-kernel-hooks call when a kernel or its headers were installed.
public struct KernelAdded: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "kernel-added", abstract: "Build toa.ko for a kernel that was installed (called by kernel hooks).",
    shouldDisplay: false)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Argument(help: "Kernel release.")
  var release: String

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try await KernelHook(system, console).added(release))
    return .success
  }
}

/// `toa kernel-removed`: what the hooks call when a kernel is removed, or the hooks themselves are.
public struct KernelRemoved: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "kernel-removed", abstract: "Remove the toa.ko that a kernel hook built (called by kernel hooks).",
    shouldDisplay: false)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Flag(name: .long, help: "Of every kernel.")
  var all = false

  @Argument(help: "Kernel release.")
  var release: String?

  /// Creates the verb.
  public init() {}

  /// One of the two, not both.
  public func validate() throws {
    guard all == (release == nil) else { throw ValidationError("Name a kernel release, or --all.") }
  }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let hook = KernelHook(system, console)
    if let release { console.answer(try await hook.removed(release)) } else { _ = try await hook.removedAll() }
    return .success
  }
}
