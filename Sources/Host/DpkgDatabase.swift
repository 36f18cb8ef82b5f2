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
    /// Whether its files are all in place.
    public var isInstalled: Bool { state == "installed" }
  }

  /// Where dpkg keeps its files.
  public static let folder = "/var/lib/dpkg"
  /// Entries by package name; of several architectures the first installed one.
  public let packages: [String: Package]

  /// Parses the text of a status file; stanzas without a name or state are passed over.
  public init(parsing status: String) {
    var packages: [String: Package] = [:]
    var fields: [Substring: Substring] = [:]
    func finish() {
      defer { fields = [:] }
      guard let name = fields["Package"], let words = fields["Status"]?.words, words.count == 3 else { return }
      let package = Package(
        identity: PackageIdentity(
          name: String(name), version: String(fields["Version"] ?? ""),
          architecture: String(fields["Architecture"] ?? "")),
        state: String(words[2]), isHeld: words[0] == "hold")
      if packages[package.identity.name]?.isInstalled != true { packages[package.identity.name] = package }
    }
    for line in status.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.isEmpty {
        finish()
        continue
      }
      guard line.first != UInt8(ascii: " "), line.first != UInt8(ascii: "\t") else { continue }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == UInt8(ascii: " ") }
      fields[Substring(line[..<colon])] = Substring(value)
    }
    finish()
    self.packages = packages
  }

  /// Reads the database of a tree; nil when it has none.
  public static func read(from root: FileRoot) -> DpkgDatabase? {
    (try? root.text(folder + "/status")).map(DpkgDatabase.init(parsing:))
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
    let lists = root.list(Self.folder + "/info").filter { $0.hasSuffix(".list") && $0.hasPrefix(prefix) }
    for list in lists {
      guard let text = try? root.text("\(Self.folder)/info/\(list)") else { continue }
      let isOwner = text.utf8.split(separator: UInt8(ascii: "\n")).contains { line in
        wanted.contains { line.elementsEqual($0.utf8) }
      }
      let name = String(list.dropLast(".list".count).prefix { $0 != ":" })
      if isOwner, let package = packages[name] { return package.identity }
    }
    return nil
  }
}
