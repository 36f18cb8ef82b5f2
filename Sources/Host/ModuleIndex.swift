// SPDX-License-Identifier: Apache-2.0

/// What depmod(8) and the kernel's build wrote about a kernel's modules: modules.dep and modules.builtin.
public struct ModuleIndex: Sendable, Equatable {
  /// One module's place.
  public struct Entry: Sendable, Equatable, Codable {
    /// Path of the file, or the path that a built-in module would have.
    public let path: String
    /// Whether it is part of the kernel image.
    public let isBuiltIn: Bool
    /// Whether it lies below the kernel's own folder and was not added by someone later.
    public let isInTree: Bool
  }

  private let dep: [UInt8]
  private let builtin: [UInt8]
  private let folder: String

  /// Takes the two files' text; paths are made absolute below the kernel's module folder.
  public init(dep: String, builtin: String, folder: String) {
    self.init(dep: Array(dep.utf8), builtin: Array(builtin.utf8), folder: folder)
  }

  private init(dep: [UInt8], builtin: [UInt8], folder: String) {
    self.dep = dep
    self.builtin = builtin
    self.folder = folder
  }

  /// Reads the index of a kernel; files that are not there count as empty.
  public static func read(for release: String, in root: FileRoot) -> ModuleIndex {
    let folder = "/lib/modules/" + release
    return ModuleIndex(
      dep: (try? root.bytes(folder + "/modules.dep")) ?? [],
      builtin: (try? root.bytes(folder + "/modules.builtin")) ?? [],
      folder: folder)
  }

  /// Every place of a module, built-in ones first.
  public func all(_ name: String) -> [Entry] {
    let name = Self.normalised(name)
    var entries: [Entry] = []
    builtin.forEachLine { line in
      if let entry = entry(line, name, isBuiltIn: true) { entries.append(entry) }
    }
    dep.forEachLine { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
      if let entry = entry(line[..<colon], name, isBuiltIn: false) { entries.append(entry) }
    }
    return entries
  }

  /// The entry of a path when its file is that of the module. Most are not, which the bytes tell.
  private func entry(_ bytes: ArraySlice<UInt8>, _ name: String, isBuiltIn: Bool) -> Entry? {
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let file = bytes[(slash.map { $0 + 1 } ?? bytes.startIndex)...]
    guard file.count > name.utf8.count, zip(file, name.utf8).allSatisfy({ $0 == $1 || $0 == UInt8(ascii: "-") }),
      Self.moduleName(ofFile: String(decoding: file, as: UTF8.self)) == name
    else { return nil }
    let path = String(decoding: bytes, as: UTF8.self)
    let isAbsolute = path.hasPrefix("/")
    let inner = isAbsolute ? path.after("\(folder)/") ?? "" : path[...]
    return Entry(
      path: isAbsolute ? path : "\(folder)/\(path)", isBuiltIn: isBuiltIn, isInTree: inner.hasPrefix("kernel/"))
  }

  /// The module that the kernel itself ships under a name; nil when it ships none.
  public func inTree(_ name: String) -> Entry? { all(name).first { $0.isBuiltIn || $0.isInTree } }

  /// The module's name of a file: "toa" of "toa.ko.xz"; nil for other files.
  public static func moduleName(ofFile file: some StringProtocol) -> String? {
    for suffix in ModuleCompression.allCases.map(\.suffix) where file.hasSuffix(suffix) {
      return normalised(String(file.dropLast(suffix.count)))
    }
    return nil
  }

  /// A name as the kernel spells it: dashes as underscores.
  private static func normalised(_ name: String) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }
}
