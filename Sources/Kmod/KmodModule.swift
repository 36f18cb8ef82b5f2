// SPDX-License-Identifier: Apache-2.0
internal import CKmod
internal import Glibc

/// One module of a context. It keeps its context alive and is freed at the end of its scope.
@safe public struct KmodModule: ~Copyable {
  private let raw: OpaquePointer
  private let subject: String
  private let log: KmodLog

  init(raw: OpaquePointer, name: String, log: KmodLog) {
    unsafe self.raw = raw
    self.subject = name
    self.log = log
  }

  deinit { _ = unsafe kmod_module_unref(raw) }

  /// The file that holds it; nil when depmod knows none or it is part of the kernel image.
  public var path: String? { unsafe text(kmod_module_get_path(raw)) }

  /// The options that modprobe.d gives it.
  public var options: String? { unsafe text(kmod_module_get_options(raw)) }

  /// The command that modprobe.d runs instead of loading it.
  public var installCommand: String? { unsafe text(kmod_module_get_install_commands(raw)) }

  /// State in the running kernel.
  ///
  /// libkmod answers "coming" for everything that has a folder in /sys/module but no `initstate`; where modules.builtin is
  /// missing that is what a part of the kernel image looks like.
  public var state: ModuleState {
    let answer = unsafe kmod_module_get_initstate(raw)
    switch UInt32(bitPattern: answer) {
    case KMOD_MODULE_BUILTIN.rawValue: return .builtin
    case KMOD_MODULE_LIVE.rawValue: return .live
    case KMOD_MODULE_GOING.rawValue: return .going
    case KMOD_MODULE_COMING.rawValue:
      let name = unsafe text(kmod_module_get_name(raw)) ?? subject
      return unsafe access("/sys/module/\(name)/initstate", F_OK) == 0 ? .coming : .builtin
    default: return .absent
    }
  }

  /// Names of the modules that it needs, by modules.dep.
  public var dependencies: [String] {
    guard let list = unsafe kmod_module_get_dependencies(raw) else { return [] }
    defer { unsafe kmod_module_unref_list(list) }
    return unsafe KmodList(list).map { entry in
      let module = unsafe kmod_module_get_module(entry)
      defer { _ = unsafe kmod_module_unref(module) }
      return unsafe text(kmod_module_get_name(module)) ?? ""
    }
  }

  /// The fields that modinfo prints, in file order; .ko, .ko.xz, .ko.zst and .ko.gz alike.
  public borrowing func information() throws(KmodError) -> [ModuleField] {
    var list: OpaquePointer?
    try check("read", unsafe min(0, kmod_module_get_info(raw, &list)))
    defer { unsafe kmod_module_info_free_list(list) }
    return unsafe KmodList(list).map { entry in
      ModuleField(
        key: unsafe text(kmod_module_info_get_key(entry)) ?? "",
        value: unsafe text(kmod_module_info_get_value(entry)) ?? "")
    }
  }

  /// The symbols that it needs, with the checksums of CONFIG_MODVERSIONS where it carries them.
  public borrowing func neededSymbols() throws(KmodError) -> [ModuleSymbol] {
    var list: OpaquePointer?
    try check("read", unsafe min(0, kmod_module_get_dependency_symbols(raw, &list)))
    defer { unsafe kmod_module_dependency_symbols_free_list(list) }
    return unsafe KmodList(list).map { entry in
      ModuleSymbol(
        name: unsafe text(kmod_module_dependency_symbol_get_symbol(entry)) ?? "",
        checksum: unsafe kmod_module_dependency_symbol_get_crc(entry),
        isWeak: unsafe UInt32(bitPattern: kmod_module_dependency_symbol_get_bind(entry)) == KMOD_SYMBOL_WEAK.rawValue)
    }
  }

  /// Loads it after its dependencies, with blacklists, options and install commands of modprobe.d, and further `parameters`.
  public borrowing func load(parameters: String = "") throws(KmodError) {
    let flags = KMOD_PROBE_APPLY_BLACKLIST.rawValue
    try check("load", unsafe kmod_module_probe_insert_module(raw, flags, parameters, nil, nil, nil))
  }

  /// Loads its file and nothing else.
  public borrowing func insert(parameters: String = "") throws(KmodError) {
    try check("load", unsafe kmod_module_insert_module(raw, 0, parameters))
  }

  /// Unloads it; fails with EAGAIN or EBUSY when it is in use, and never waits.
  public borrowing func remove() throws(KmodError) {
    try check("unload", unsafe kmod_module_remove_module(raw, KMOD_REMOVE_NOWAIT.rawValue))
  }

  private borrowing func check(_ operation: String, _ status: Int32) throws(KmodError) {
    let said = log.take()
    guard status != 0 else { return }
    throw KmodError(
      operation: operation, subject: subject, errno: max(0, -status), reason: stopReason(status), log: said)
  }
}

/// A C string of libkmod's as a value.
private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
  guard let pointer = unsafe pointer else { return nil }
  return unsafe String(cString: pointer)
}
