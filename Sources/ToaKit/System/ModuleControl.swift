// SPDX-License-Identifier: Apache-2.0
public import Kmod

/// The kernel's modules as toa needs them; a value, so that a test can answer instead of the kernel.
public struct ModuleControl: Sendable {
  /// State of the module called `name` in the running kernel.
  public var state: @Sendable (_ name: String) -> ModuleState
  /// Loads `name` by dependency order, applying blacklists and options of modprobe.d, with further `parameters`.
  public var load: @Sendable (_ name: String, _ parameters: String) throws(KmodError) -> Void
  /// Loads the file at an absolute path, without modprobe.d.
  public var insert: @Sendable (_ path: String, _ parameters: String) throws(KmodError) -> Void
  /// Unloads `name`; fails with EAGAIN or EBUSY when it is in use.
  public var remove: @Sendable (_ name: String) throws(KmodError) -> Void
  /// Path of the file that modprobe would load for `name` under kernel `release`; nil when depmod knows none.
  public var file: @Sendable (_ name: String, _ release: String) -> String?
  /// modinfo fields of the file at an absolute path ("vermagic", "version", "srcversion", "signer", …), in file order.
  public var information: @Sendable (_ path: String) throws(KmodError) -> [ModuleField]
  /// The symbols that the file at an absolute path needs from the kernel and from other modules.
  public var symbols: @Sendable (_ path: String) throws(KmodError) -> [ModuleSymbol]

  /// Creates a control from its parts.
  public init(
    state: @escaping @Sendable (String) -> ModuleState,
    load: @escaping @Sendable (String, String) throws(KmodError) -> Void,
    insert: @escaping @Sendable (String, String) throws(KmodError) -> Void,
    remove: @escaping @Sendable (String) throws(KmodError) -> Void,
    file: @escaping @Sendable (String, String) -> String?,
    information: @escaping @Sendable (String) throws(KmodError) -> [ModuleField],
    symbols: @escaping @Sendable (String) throws(KmodError) -> [ModuleSymbol]
  ) {
    self.state = state
    self.load = load
    self.insert = insert
    self.remove = remove
    self.file = file
    self.information = information
    self.symbols = symbols
  }
}
