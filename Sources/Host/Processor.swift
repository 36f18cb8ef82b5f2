// SPDX-License-Identifier: Apache-2.0

/// A kind of processor that toa.ko is made for; the raw value is Kbuild's name of it (`ARCH=`).
public enum Processor: String, Sendable, Equatable, Codable, CaseIterable {
  /// x86-64.
  case x86
  /// arm64.
  case arm64

  /// The processor that `uname -m` names; nil for others.
  public init?(machine: String) {
    guard let processor = Self.allCases.first(where: { $0.machine == machine }) else { return nil }
    self = processor
  }

  /// The processor that a kernel is configured for; nil for others, and where the configuration does not say it.
  public init?(of config: KernelConfig) {
    guard let processor = Self.allCases.first(where: { config.isEnabled($0.option) }) else { return nil }
    self = processor
  }

  /// What `uname -m` prints: "aarch64".
  public var machine: String {
    switch self {
    case .x86: "x86_64"
    case .arm64: "aarch64"
    }
  }

  /// What the names of a cross compiler's programs begin with on most distributions: "aarch64-linux-gnu-".
  public var toolPrefix: String { machine + "-linux-gnu-" }

  private var option: String {
    switch self {
    case .x86: "X86_64"
    case .arm64: "ARM64"
    }
  }
}
