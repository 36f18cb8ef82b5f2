// SPDX-License-Identifier: Apache-2.0

/// The kernels of a tree: every folder of /lib/modules that names one.
public struct InstalledKernels: Sendable, Equatable, Codable {
  /// One installed kernel.
  public struct Kernel: Sendable, Equatable, Codable {
    /// Its release.
    public let release: KernelRelease
    /// Path of the kernel image; nil when only modules (or headers) are left.
    public let image: String?
    /// Whether modules.dep or a kernel/ folder is there: a folder without both holds a headers link or leftovers.
    public let hasModules: Bool
    /// Whether this kernel runs.
    public let isRunning: Bool
  }

  /// Oldest first.
  public let kernels: [Kernel]

  /// Creates the list.
  public init(_ kernels: [Kernel]) { self.kernels = kernels.sorted { $0.release < $1.release } }

  /// The kernel that runs; nil when it has no folder (a container, a removed package).
  public var running: Kernel? { kernels.first(where: \.isRunning) }

  /// The newest kernel that can boot (has an image); without any image, the newest with modules.
  public var newest: Kernel? { kernels.last { $0.image != nil } ?? kernels.last(where: \.hasModules) }

  /// The kernel of a release.
  public func kernel(_ release: String) -> Kernel? { kernels.first { $0.release.text == release } }

  /// Reads the kernels of a tree; `running` is `uname -r`, by default what /proc of the tree says.
  public static func read(from root: FileRoot, running: String? = nil) -> InstalledKernels {
    let running = running ?? KernelRelease.running(in: root)?.text
    let kernels = root.list("/lib/modules").compactMap { name -> Kernel? in
      guard let release = KernelRelease(name), root.isDirectory(release.modulesFolder) else { return nil }
      let hasModules =
        root.exists(release.modulesFolder + "/modules.dep")
        || root.isDirectory(release.modulesFolder + "/kernel")
      return Kernel(
        release: release, image: image(of: release, in: root), hasModules: hasModules, isRunning: name == running)
    }
    return InstalledKernels(kernels)
  }

  /// The path of a kernel's image: below /boot, or beside its modules as Fedora, SUSE and newer distributions keep it.
  public static func image(of release: KernelRelease, in root: FileRoot) -> String? {
    images(of: release, in: root).first
  }

  /// Every path of a kernel's image. Where there are two, the one beside the modules is the package's and that below /boot a
  /// copy of it which no package owns (Fedora, Debian since forky).
  static func images(of release: KernelRelease, in root: FileRoot) -> [String] {
    let names = ["vmlinuz", "vmlinux", "Image", "image"]
    let places = names.map { "/boot/\($0)-\(release.text)" } + names.map { "\(release.modulesFolder)/\($0)" }
    return places.filter(root.exists)
  }
}
