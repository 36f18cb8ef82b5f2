// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Which kernels `toa install` is for: the running one, a named one, or every installed one.
enum KernelSelection: Sendable, Equatable {
  /// The running one.
  case running
  /// A release.
  case named(String)
  /// Every one that can boot.
  case all

  /// The word that names every kernel, here and for `toa package`.
  static let every = "all"

  init(_ option: String?) {
    switch option {
    case nil: self = .running
    case Self.every: self = .all
    case let release?: self = .named(release)
    }
  }

  /// The kernel that a plan is about, and that is proven where it runs; nil is the running one.
  var main: String? { if case .named(let release) = self { release } else { nil } }

  /// The other kernels of the host that get a module as well, newest first.
  func others(_ facts: HostFacts) -> [String] {
    guard self == .all else { return [] }
    return facts.kernels.bootable.map(\.release.text).filter { $0 != facts.target.text }.reversed()
  }
}

extension InstalledKernels {
  /// Those that a boot menu can offer.
  var bootable: [Kernel] { kernels.filter { $0.hasModules && ($0.image != nil || $0.isRunning) } }
}

/// A kernel that gets no module from a plan, and what would change that.
public struct UncoveredKernel: Sendable, Equatable, Encodable {
  /// Kernel release.
  public let kernel: String
  /// Why.
  public let why: String
  /// Commands to type.
  public let next: [String]

  init(_ kernel: String, _ error: ToaError) {
    self.kernel = kernel
    why = error.description
    next = error.next
  }
}
