// SPDX-License-Identifier: Apache-2.0

/// The packages of a Debian or Ubuntu system, read from dpkg's own files.
public struct DpkgDatabase: Sendable, Equatable {
  /// One entry of the status file.
  public struct Package: Sendable, Equatable, Codable {
    /// Name, version and architecture.
    public let identity: PackageIdentity
    /// Third word of the Status field: "installed", "config-files", "half-configured".
    public let state: String
    /// Whether an administrator put it on hold.
    public let isHeld: Bool
    /// Fields that toa's own packages have beside dpkg's: "Toa-Compiler".
    public let own: [String: String]
    /// Whether its files are all in place.
    public var isInstalled: Bool { state == "installed" }
  }

  /// Where dpkg keeps its files.
  public static let folder = "/var/lib/dpkg"
  /// Entries by package name; of several architectures the first installed one.
  public let packages: [String: Package]

  /// Parses the text of a status file; stanzas without a name or state are passed over.
  public init(parsing status: String) {
    self.init(parsing: Array(status.utf8))
  }

  /// The same of the file's bytes. A system has megabytes of descriptions there, so only the fields that are wanted are looked at.
  init(parsing status: [UInt8]) {
    var packages: [String: Package] = [:]
    var fields: [String: String] = [:]
    func finish() {
      defer { fields.removeAll(keepingCapacity: true) }
      guard let name = fields["Package"], let words = fields["Status"]?.words, words.count == 3 else { return }
      let package = Package(
        identity: PackageIdentity(
          name: name, version: fields["Version"] ?? "", architecture: fields["Architecture"] ?? ""),
        state: String(words[2]), isHeld: words[0] == "hold", own: fields.filter { $0.key.hasPrefix(Self.ownPrefix) })
      if packages[name]?.isInstalled != true { packages[name] = package }
    }
    status.forEachLine { line in
      guard !line.isEmpty else { return finish() }
      guard Self.wanted.contains(where: { line.starts(with: $0) }), let colon = line.firstIndex(of: UInt8(ascii: ":"))
      else { return }
      let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
      fields[String(decoding: line[..<colon], as: UTF8.self)] = String(decoding: value, as: UTF8.self)
    }
    finish()
    self.packages = packages
  }

  private static let ownPrefix = "Toa-"
  private static let wanted = (["Package:", "Status:", "Version:", "Architecture:"] + [ownPrefix]).map {
    Array($0.utf8)
  }

  /// Reads the database of a tree; nil when it has none.
  public static func read(from root: FileRoot) -> DpkgDatabase? {
    (try? root.bytes(folder + "/status")).map { DpkgDatabase(parsing: $0) }
  }

  /// An installed package, nil when it is not installed.
  public subscript(_ name: String) -> Package? { packages[name].flatMap { $0.isInstalled ? $0 : nil } }

  /// Names of installed packages that begin with a text, sorted.
  public func installed(prefix: String) -> [String] {
    packages.values.filter { $0.isInstalled && $0.identity.name.hasPrefix(prefix) }.map(\.identity.name).sorted()
  }

  /// The package that owns a path, asked of the info/*.list files of a tree. Before the merged /usr a file was listed under
  /// /lib, after it under either, so both are asked.
  public func owner(of path: String, in root: FileRoot, among prefix: String = "") -> PackageIdentity? {
    var wanted = [path]
    for folder in ["/lib/", "/bin/", "/sbin/", "/lib64/"] {
      if path.hasPrefix(folder) { wanted.append("/usr" + path) }
      if path.hasPrefix("/usr" + folder) { wanted.append(String(path.dropFirst(4))) }
    }
    let lines = wanted.map { Array($0.utf8) }
    let lists = root.list(Self.folder + "/info").filter { $0.hasSuffix(".list") && $0.hasPrefix(prefix) }
    for list in lists {
      guard let bytes = try? root.bytes("\(Self.folder)/info/\(list)") else { continue }
      var isOwner = false
      bytes.forEachLine { line in
        if lines.contains(where: { $0.count == line.count && line.elementsEqual($0) }) { isOwner = true }
      }
      let name = String(list.dropLast(".list".count).prefix { $0 != ":" })
      if isOwner, let package = packages[name] { return package.identity }
    }
    return nil
  }
}
