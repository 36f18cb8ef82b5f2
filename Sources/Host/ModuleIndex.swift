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

  /// Every place of a module, built-in ones first.
  private let entries: [String: [Entry]]

  /// Parses the two files; paths are made absolute below the kernel's module folder.
  public init(dep: String, builtin: String, folder: String) {
    var entries: [String: [Entry]] = [:]
    func add(_ path: Substring, builtIn: Bool) {
      guard let file = path.split(separator: "/").last, let name = Self.moduleName(ofFile: file) else { return }
      let isAbsolute = path.hasPrefix("/")
      let inner = isAbsolute ? path.after("\(folder)/") ?? "" : path
      let entry = Entry(
        path: isAbsolute ? String(path) : "\(folder)/\(path)", isBuiltIn: builtIn, isInTree: inner.hasPrefix("kernel/"))
      entries[name, default: []].append(entry)
    }
    for line in builtin.utf8.split(separator: UInt8(ascii: "\n")) { add(Substring(line), builtIn: true) }
    for line in dep.utf8.split(separator: UInt8(ascii: "\n")) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      add(Substring(line[..<colon]), builtIn: false)
    }
    self.entries = entries
  }

  /// Reads the index of a kernel; files that are not there count as empty.
  public static func read(for release: String, in root: FileRoot) -> ModuleIndex {
    let folder = "/lib/modules/" + release
    return ModuleIndex(
      dep: (try? root.text(folder + "/modules.dep")) ?? "",
      builtin: (try? root.text(folder + "/modules.builtin")) ?? "",
      folder: folder)
  }

  /// Every place of a module, built-in ones first.
  public func all(_ name: String) -> [Entry] { entries[Self.normalised(name)] ?? [] }

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
