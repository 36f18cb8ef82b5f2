// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Whether a kernel of this host has a toa.ko that it would load at its boot, by whose doing, and why not.
public struct KernelReadiness: Sendable, Encodable {
  /// Who answers for a kernel's module.
  public enum Owner: String, Sendable, Encodable {
    /// A package of toa.
    case package
    /// DKMS.
    case dkms
    /// A hook of toa, until the next `toa install` on that kernel.
    case hook
    /// The kernel itself.
    case kernel
    /// Nobody that toa knows.
    case nobody
  }

  /// Kernel release.
  public let release: String
  /// Whether it runs.
  public let isRunning: Bool
  /// Whether the next boot starts it when nobody chooses another one.
  public let isNext: Bool
  /// The module that it would load; nil when it has none.
  public let module: ModuleFile?
  /// Who answers for the module.
  public let by: OrNull<Owner>
  /// Whether the module is there and is for this kernel.
  public let isReady: Bool
  /// Why it is not, or is not current; nil where nothing is to be said.
  public let why: String?
  /// Commands to type.
  public let next: [String]

  /// Every kernel that can boot, oldest first.
  static func all(_ system: System, _ kernels: InstalledKernels, _ family: Distribution.Family) async
    -> [KernelReadiness]
  {
    let next = NextBoot.read(from: system.files, kernels)?.release
    var all: [KernelReadiness] = []
    for kernel in kernels.bootable {
      all.append(await KernelReadiness(system, kernel, isNext: kernel.release.text == next, family))
    }
    return all
  }

  private init(_ system: System, _ kernel: InstalledKernels.Kernel, isNext: Bool, _ family: Distribution.Family) async {
    release = kernel.release.text
    isRunning = kernel.isRunning
    self.isNext = isNext
    module = ModuleFile(system, kernel: release)
    let entry = ModuleIndex.read(for: release, in: system.files).all(ModuleBackend.moduleName).first
    let record = KernelRecord.read(release, in: system.files)
    let install = ["toa install --kernel \(release)"]
    guard let module else {
      by = OrNull(entry == nil ? nil : .kernel)
      isReady = entry != nil
      why = entry == nil ? record.map(Self.reason) ?? "no toa.ko" : nil
      self.next = entry == nil ? (record?.next.isEmpty == false ? record?.next ?? [] : install) : []
      return
    }
    if entry?.isInTree == true {
      by = OrNull(.kernel)
    } else {
      by = OrNull(Owner(await ModulePlace(system, kernel: release).owner(of: module.path, family)))
    }
    // Without vermagic there is nothing to compare; the kernel itself does.
    let builtFor = module.kernel ?? release
    isReady = builtFor == release
    why = isReady ? (record?.state == .failed ? record.map(Self.reason) : nil) : "built for \(builtFor)"
    self.next = why == nil ? [] : record?.next.isEmpty == false ? record?.next ?? [] : install
  }

  private static func reason(_ record: KernelRecord) -> String {
    switch record.state {
    case .building: "being built, or its build was killed"
    case .waiting, .failed: record.why.split(separator: "\n").first.map(String.init) ?? "no toa.ko"
    case .ready: "no toa.ko; a hook had built one"
    }
  }

  /// Who answers for it, as a clause.
  var byWhom: String {
    switch by.value {
    case .package: "package"
    case .dkms: "DKMS"
    case .hook: "kernel hook"
    case .kernel: "the kernel's own"
    case .nobody: "nobody's"
    case nil: ""
    }
  }
}

extension KernelReadiness.Owner {
  init(_ owner: ModulePlace.Owner) {
    self =
      switch owner {
      case .package: .package
      case .dkms: .dkms
      case .hook: .hook
      case .nobody: .nobody
      }
  }
}
