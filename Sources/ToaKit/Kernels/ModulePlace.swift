// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Where the module of a kernel lies, and who answers for it.
struct ModulePlace: Sendable {
  /// Who put a module there.
  enum Owner: Sendable, Equatable {
    /// A package, by its name.
    case package(String)
    /// DKMS.
    case dkms
    /// A hook, as its record says.
    case hook
    /// Nobody that toa knows: somebody copied it there, or the record was lost.
    case nobody
  }

  let system: System
  let kernel: String

  init(_ system: System, kernel: String) {
    self.system = system
    self.kernel = kernel
  }

  /// Whether the kernel's own modules are there: after its removal, a folder with leftovers may be.
  var kernelIsInstalled: Bool {
    let folder = "/lib/modules/\(kernel)"
    return system.files.isDirectory(folder + "/kernel") || system.files.exists(folder + "/modules.order")
      || system.files.exists(folder + "/modules.builtin")
  }

  /// Every module called toa of the kernel that did not come with it, uncompressed or not.
  var added: [String] {
    system.moduleFiles(of: kernel).filter { !$0.hasPrefix("/lib/modules/\(kernel)/kernel/") }
  }

  /// Who answers for the file at `path`.
  func owner(of path: String, _ family: Distribution.Family) async -> Owner {
    if let name = await packageName(of: path, family) { return .package(name) }
    if Dkms.hasInstalled(system, kernel: kernel) { return .dkms }
    return KernelRecord.read(kernel, in: system.files)?.module?.file == path ? .hook : .nobody
  }

  /// Removes the folders above a module that are empty without it, up to the kernel's own.
  func removeEmptyFolders(above path: String) throws(FileError) {
    var folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    while folder.count > "/lib/modules/\(kernel)".count, system.files.list(String(folder)).isEmpty {
      try system.files.removeFolder(String(folder))
      folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
    }
  }

  private func packageName(of path: String, _ family: Distribution.Family) async -> String? {
    switch family {
    case .debian:
      guard let database = DpkgDatabase.read(from: system.files) else { return nil }
      return database.owner(of: path, in: system.files, among: "toa-modules-")?.name
    case .redHat, .suse: return await RpmDatabase(root: system.files, using: system.run).owner(of: path)?.name
    case .other: return nil
    }
  }
}
