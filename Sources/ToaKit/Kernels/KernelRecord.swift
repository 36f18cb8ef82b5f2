// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What became of a kernel's installation on a host whose new kernels get their module from a hook: one file for each kernel.
///
/// It is written before anything else is, so that whatever a kill leaves has somebody who answers for it.
public struct KernelRecord: Sendable, Equatable, Codable {
  /// The folder of the records.
  static let folder = Journal.folder + "/kernels"

  /// What became of it.
  public enum State: String, Sendable, Codable {
    /// The module is being built, or the build was killed.
    case building
    /// The module is in place and depmod knows it.
    case ready
    /// The kernel's headers are not there yet; the hook of their package builds.
    case waiting
    /// There is no module, or an older one, and `why` says the reason.
    case failed
  }

  /// Shape of the file.
  public var schema = "toa.kernel/1"
  /// Kernel release.
  public var kernel: String
  /// What became of it.
  public var state: State
  /// The module that was put in place; nil as long as none is.
  public var module: Module?
  /// What failed and why; empty where nothing did.
  public var why = ""
  /// Commands to type.
  public var next: [String] = []
  /// Version of toa that wrote this.
  public var version = toaVersion
  /// When, in seconds since 1970.
  public var time: Int64

  /// A module that a hook put in place. A `ModuleManifest` travels with a module; this says where it is on one host, and when it has
  /// to be built anew.
  public struct Module: Sendable, Equatable, Codable {
    /// Where it lies.
    public var file: String
    /// SHA-256 of the file.
    public var sha256: String
    /// Hash of the source that it was built from.
    public var sourceSha256: String
    /// Hash of what the kernel's headers say of its interfaces; empty for one from a repository.
    public var headersSha256: String
    /// Compiler that built it, as a person calls it.
    public var compiler: String
    /// The repository that it was taken from; nil for one that was built here.
    public var repository: String?
  }

  /// Creates a record.
  init(kernel: String, state: State, module: Module? = nil, time: Int64) {
    self.kernel = kernel
    self.state = state
    self.module = module
    self.time = time
  }

  static func path(_ kernel: String) -> String { "\(folder)/\(kernel).json" }

  /// The record of a kernel; nil when no hook has dealt with it, or only root may look.
  static func read(_ kernel: String, in files: FileRoot) -> KernelRecord? {
    (try? files.text(path(kernel))).flatMap { jsonValue(KernelRecord.self, from: $0) }
  }

  /// Every record, oldest kernel first.
  static func all(in files: FileRoot) -> [KernelRecord] {
    kernels(in: files).compactMap { read($0, in: files) }
  }

  /// Kernels of which a record or a build folder is there, oldest first.
  static func kernels(in files: FileRoot) -> [String] {
    let names = files.list(folder).compactMap { name in
      [".json", ".build"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }
    return Set(names).compactMap(KernelRelease.init).sorted().map(\.text)
  }

  func write(to files: FileRoot) throws(FileError) {
    try files.makeDirectory(Self.folder, mode: 0o700)
    try files.write(Self.path(kernel), Array((jsonText(self) + "\n").utf8))
  }

  /// Takes the record of a kernel away, and the folders above it that are empty then.
  static func remove(_ kernel: String, from files: FileRoot) throws(FileError) {
    try files.remove(Self.path(kernel))
    for folder in [folder, Journal.folder] where files.isDirectory(folder) && files.list(folder).isEmpty {
      try files.removeFolder(folder)
    }
  }
}
