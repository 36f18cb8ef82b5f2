// SPDX-License-Identifier: Apache-2.0
internal import CKmod
internal import Glibc

/// A libkmod context: one folder of modules and one set of modprobe.d files.
///
/// libkmod is not thread-safe, so a context has one owner and is not Sendable. It is freed at the end of its scope.
@safe public struct KmodContext: ~Copyable {
  private let raw: OpaquePointer
  private let log = KmodLog()

  /// Opens `directory` ("/lib/modules/6.1.0-40-amd64"); nil is the running kernel's.
  ///
  /// `configuration` lists modprobe.d folders or files; nil is modprobe's own list, an empty one reads none. A bad line in
  /// them is the one thing that libkmod prints by itself, because its log cannot be redirected earlier.
  public init(directory: String? = nil, configuration: [String]? = []) throws(KmodError) {
    var paths: [UnsafePointer<CChar>?]? = nil
    if let configuration { unsafe paths = configuration.map { unsafe UnsafePointer(strdup($0)) } + [nil] }
    defer { unsafe paths?.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
    let opened = unsafe paths.map { unsafe kmod_new(directory, $0) } ?? kmod_new(directory, nil)
    guard let opened = unsafe opened else {
      throw KmodError(operation: "open", subject: directory ?? "libkmod", errno: ENOMEM)
    }
    unsafe raw = opened
    unsafe log.attach(to: opened)
  }

  deinit { _ = unsafe kmod_unref(raw) }

  /// The module called `name` in this folder; it need not exist.
  public borrowing func module(named name: String) throws(KmodError) -> KmodModule {
    var found: OpaquePointer?
    let status = unsafe kmod_module_new_from_name(raw, name, &found)
    guard status >= 0, let handle = unsafe found else {
      throw KmodError(operation: "open", subject: name, errno: -status, log: log.take())
    }
    return unsafe KmodModule(raw: handle, name: name, log: log)
  }

  /// The module in the file at `path`, which exists.
  public borrowing func module(at path: String) throws(KmodError) -> KmodModule {
    var found: OpaquePointer?
    let status = unsafe kmod_module_new_from_path(raw, path, &found)
    guard status >= 0, let handle = unsafe found else {
      throw KmodError(operation: "open", subject: path, errno: -status, log: log.take())
    }
    return unsafe KmodModule(raw: handle, name: path, log: log)
  }
}
