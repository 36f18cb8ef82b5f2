// SPDX-License-Identifier: Apache-2.0

/// How the files of a kernel's modules are compressed.
public enum ModuleCompression: String, Sendable, Equatable, Codable, CaseIterable {
  /// Not at all.
  case none
  /// gzip(1).
  case gzip
  /// xz(1).
  case xz
  /// zstd(1).
  case zstd

  /// What comes after a module's name: ".ko.xz".
  public var suffix: String {
    switch self {
    case .none: ".ko"
    case .gzip: ".ko.gz"
    case .xz: ".ko.xz"
    case .zstd: ".ko.zst"
    }
  }

  /// The command that compresses a file in place with Kbuild's own options; nil where nothing is to be done.
  public func command(_ path: String) -> Command? {
    switch self {
    case .none: nil
    case .gzip: Command("gzip", ["-n", "-f", path])
    // What the kernel can take apart by itself.
    case .xz: Command("xz", ["--check=crc32", "--lzma2=dict=1MiB", "-f", path])
    case .zstd: Command("zstd", ["--rm", "-f", "-q", path])
    }
  }

  /// The command that takes the compression of a file away in place; nil where nothing is to be done.
  public func decompression(_ path: String) -> Command? {
    switch self {
    case .none: nil
    case .gzip, .xz: Command(rawValue, ["-d", "-f", path])
    case .zstd: Command(rawValue, ["-d", "-q", "-f", "--rm", path])
    }
  }

  /// What its program adds to a file's name: ".xz".
  public var ending: String { String(suffix.dropFirst(".ko".count)) }

  /// The compression of a file that is named after it; nil for what is no module.
  public init?(file: some StringProtocol) {
    guard let found = Self.allCases.first(where: { file.hasSuffix($0.suffix) }) else { return nil }
    self = found
  }

  /// The compression of a file by its first bytes, whatever its name is.
  public init(content: [UInt8]) {
    self =
      if content.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) {
        .xz
      } else if content.starts(with: [0x1F, 0x8B]) {
        .gzip
      } else if content.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
        .zstd
      } else {
        .none
      }
  }

  /// How a kernel's own modules are compressed: what is on the disk says it, as RHEL's packages compress what their kernels'
  /// configuration leaves alone; else the configuration.
  public static func detect(for release: String, in root: FileRoot, config: KernelConfig?) -> ModuleCompression {
    let folder = "/lib/modules/" + release
    if let index = try? root.text(folder + "/modules.dep") {
      for line in index.utf8.split(separator: UInt8(ascii: "\n")) where line.starts(with: "kernel/".utf8) {
        if let found = Self(file: Substring(line.prefix { $0 != UInt8(ascii: ":") })) { return found }
      }
    }
    return onDisk(folder + "/kernel", in: root) ?? config.map(configured) ?? .none
  }

  /// That of the first module below a folder.
  private static func onDisk(_ folder: String, in root: FileRoot) -> ModuleCompression? {
    var folders = [folder]
    while let folder = folders.popLast() {
      for name in root.list(folder) {
        if let found = Self(file: name) { return found }
        if !name.utf8.contains(UInt8(ascii: ".")) { folders.append("\(folder)/\(name)") }
      }
    }
    return nil
  }

  private static func configured(_ config: KernelConfig) -> ModuleCompression {
    if config.isEnabled("MODULE_COMPRESS_XZ") { return .xz }
    if config.isEnabled("MODULE_COMPRESS_GZIP") { return .gzip }
    return config.isEnabled("MODULE_COMPRESS_ZSTD") ? .zstd : .none
  }
}
