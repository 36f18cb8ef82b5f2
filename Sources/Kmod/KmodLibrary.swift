// SPDX-License-Identifier: Apache-2.0
internal import CKmod

/// Kernel modules through libkmod, without state between calls: each call opens and closes a context of its own.
public struct KmodLibrary: Sendable {
  /// The tree whose /lib/modules `file(for:release:)` reads: "" is this machine's.
  public var root: String

  /// Creates the library for a tree at `root`: "/" for this machine.
  public init(root: String = "/") {
    self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
  }

  /// State of the module called `name` in the running kernel.
  public func state(of name: String) -> ModuleState {
    guard let context = try? KmodContext(), let module = try? context.module(named: name) else { return .absent }
    return module.state
  }

  /// Loads `name` after its dependencies, with what modprobe.d says of them, and further `parameters`.
  public func load(_ name: String, parameters: String) throws(KmodError) {
    let context = try KmodContext(configuration: nil)
    let module = try context.module(named: name)
    try module.load(parameters: parameters)
    guard module.state == .absent else { return }
    let instead = module.installCommand.map { "modprobe.d runs \"\($0)\" instead of loading it" }
    throw KmodError(operation: "load", subject: name, errno: 0, reason: instead ?? "the kernel does not list it")
  }

  /// Loads the file at an absolute path, without modprobe.d.
  public func insert(_ path: String, parameters: String) throws(KmodError) {
    let context = try KmodContext()
    try context.module(at: path).insert(parameters: parameters)
  }

  /// Unloads `name`; fails with EAGAIN or EBUSY when it is in use.
  public func remove(_ name: String) throws(KmodError) {
    let context = try KmodContext()
    try context.module(named: name).remove()
  }

  /// Path below the root of the file that modprobe takes for `name` under kernel `release`; nil when depmod knows none.
  public func file(for name: String, release: String) -> String? {
    guard let context = try? KmodContext(directory: "\(root)/lib/modules/\(release)"),
      let module = try? context.module(named: name), let path = module.path
    else { return nil }
    return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
  }

  /// modinfo fields of the file at an absolute path, in file order.
  public func information(at path: String) throws(KmodError) -> [ModuleField] {
    let context = try KmodContext()
    return try context.module(at: path).information()
  }

  /// The symbols that the file at an absolute path needs.
  public func neededSymbols(at path: String) throws(KmodError) -> [ModuleSymbol] {
    let context = try KmodContext()
    return try context.module(at: path).neededSymbols()
  }
}
