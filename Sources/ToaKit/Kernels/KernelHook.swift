// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// What a kernel's installation and removal do: the verbs `kernel-added` and `kernel-removed`, which the hooks call.
///
/// While a kernel is installed the package database is locked, so that no package can be made of the module: it is put in place
/// as DKMS does it, with a record beside the journal. The next `toa install` on that kernel makes a package of it.
public struct KernelHook: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Builds for a kernel that was installed, or whose headers were, unless it has a current module.
  ///
  /// Headers that are still to come are no error: their own hook calls again.
  public func added(_ release: String) async throws(ToaError) -> KernelDocument {
    let kernel = try checked(release, "kernel-added")
    // The run that brings the headers builds by itself when they are there.
    if system.identity.isInsideToa { return KernelDocument(kernel.text, .left) }
    let lock = try await HostLock.waiting(system, seconds: 300)
    defer { extendLifetime(lock) }
    try await removeStale()
    let builder = KernelModuleBuild(system: system, console: console)
    return try await builder.run(kernel)
  }

  /// Takes away what a hook has built for a kernel that is being removed; what belongs to a package or to DKMS goes with that.
  public func removed(_ release: String) async throws(ToaError) -> KernelDocument {
    let kernel = try checked(release, "kernel-removed")
    let lock = system.identity.isInsideToa ? nil : try await HostLock.waiting(system, seconds: 300)
    defer { extendLifetime(lock) }
    return KernelDocument(kernel.text, try await remove(kernel.text) ? .removed : .left)
  }

  /// The commands that `removedAll` comes to.
  var typedRemoval: [String] {
    KernelRecord.all(in: system.files).flatMap { record -> [String] in
      guard let file = record.module?.file, system.files.isFile(file) else { return [] }
      return ["rm \(file)", Depmod.command(record.kernel).typed]
    }
  }

  /// Takes away everything that hooks have built: the package with the hooks is being removed.
  public func removedAll() async throws(ToaError) -> [KernelDocument] {
    try system.requireRoot("kernel-removed")
    let lock = system.identity.isInsideToa ? nil : try await HostLock.waiting(system, seconds: 300)
    defer { extendLifetime(lock) }
    return try await removeAll()
  }

  /// The same for whoever has the lock.
  func removeAll() async throws(ToaError) -> [KernelDocument] {
    var documents: [KernelDocument] = []
    for kernel in KernelRecord.kernels(in: system.files) {
      documents.append(KernelDocument(kernel, try await remove(kernel) ? .removed : .left))
    }
    if system.files.isDirectory("/var/log/toa"), system.files.list("/var/log/toa").isEmpty {
      try? system.files.removeFolder("/var/log/toa")
    }
    return documents
  }

  private func checked(_ release: String, _ verb: String) throws(ToaError) -> KernelRelease {
    guard let kernel = KernelRelease(release), release != ".", release != ".." else {
      throw ToaError(.usage, "\(shellQuoted(release)) is no kernel release", next: ["ls /lib/modules"])
    }
    try system.requireRoot(verb)
    return kernel
  }

  /// Takes away what is left of kernels that went without a hook.
  private func removeStale() async throws(ToaError) {
    for kernel in KernelRecord.kernels(in: system.files) where !ModulePlace(system, kernel: kernel).kernelIsInstalled {
      _ = try await remove(kernel)
    }
  }

  /// Removes a kernel's module where a hook put it, and then the record: a kill in between leaves the record to the next run.
  private func remove(_ kernel: String) async throws(ToaError) -> Bool {
    let place = ModulePlace(system, kernel: kernel)
    let family = Distribution.detect(in: system.files).family
    do throws(FileError) {
      try system.files.remove(KernelModuleBuild.folder(kernel))
      var isGone = false
      if let file = KernelRecord.read(kernel, in: system.files)?.module?.file, system.files.isFile(file),
        await place.owner(of: file, family) == .hook
      {
        console.say(change: "rm \(file)")
        try system.files.remove(file)
        try place.removeEmptyFolders(above: file)
        isGone = true
      }
      if isGone && place.kernelIsInstalled {
        console.say(change: Depmod.command(kernel).typed)
        try? await Depmod.run(kernel, system)
      }
      try system.files.remove(ModuleBuild.logPath(kernel))
      try KernelRecord.remove(kernel, from: system.files)
      return isGone
    } catch {
      throw ToaError(
        .unexpected, "cannot remove toa.ko of kernel \(kernel)", why: "\(error.path): \(errorText(error.errno))",
        next: ["toa kernel-removed \(kernel)"])
    }
  }
}

/// What `toa kernel-added` and `toa kernel-removed` answer.
public struct KernelDocument: Document {
  /// What was done.
  public enum Outcome: String, Sendable, Encodable {
    /// A module was built and put in place.
    case built
    /// A module from the repository was put in place.
    case taken
    /// A current module was there.
    case current
    /// The headers are still to come.
    case waiting
    /// The module was taken away.
    case removed
    /// Nothing of this is the hook's: a package, DKMS or the kernel itself has the module, or another toa is at work.
    case left
  }

  /// Shape of the document.
  public let schema = "toa.kernel/1"
  /// Kernel release.
  public let kernel: String
  /// What was done.
  public let outcome: Outcome

  init(_ kernel: String, _ outcome: Outcome) {
    self.kernel = kernel
    self.outcome = outcome
  }
}
