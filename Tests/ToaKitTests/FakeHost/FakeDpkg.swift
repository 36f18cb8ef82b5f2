// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

/// dpkg, dpkg-deb and dpkg-query over the tree of a fake host, passing through the states that a kill can leave.
struct FakeDpkg {
  let host: FakeHost

  init(_ host: FakeHost) { self.host = host }

  static func stanzas(_ status: String) -> [String] {
    var stanzas: [String] = [""]
    for line in status.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { stanzas.append("") } else { stanzas[stanzas.count - 1] += line + "\n" }
    }
    return stanzas.filter { !$0.isEmpty }
  }

  static func text(_ stanzas: [String]) -> String { stanzas.map { $0 + "\n" }.joined() }

  private var stanzas: [String] { Self.stanzas((try? host.files.text("/var/lib/dpkg/status")) ?? "") }

  func field(_ name: String, of package: String) -> String? {
    stanzas.first { $0.hasPrefix("Package: \(package)\n") }.flatMap { stanza in
      stanza.split(separator: "\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
  }

  func state(_ package: String) -> String? {
    field("Status", of: package)?.split(separator: " ").last.map(String.init)
  }

  /// Packages in the database whose field Depends names `package`.
  func dependents(of package: String) -> [String] {
    stanzas.compactMap { stanza in
      let lines = stanza.split(separator: "\n")
      let depends = lines.first { $0.hasPrefix("Depends: ") }?.dropFirst(9).split(separator: ",") ?? []
      let isDependent = depends.contains { $0.split(separator: " ").first.map(String.init) == package }
      return isDependent ? lines[0].dropFirst("Package: ".count).description : nil
    }
  }

  /// Names of the packages in the database that begin with a text, sorted.
  func names(prefix: String) -> [String] {
    stanzas.compactMap { $0.split(separator: "\n").first?.dropFirst("Package: ".count).description }
      .filter { $0.hasPrefix(prefix) }.sorted()
  }

  /// Puts a stanza in place of the package's earlier one, or takes that away.
  func set(_ package: String, _ stanza: String?) {
    var all = stanzas
    let index = all.firstIndex { $0.hasPrefix("Package: \(package)\n") }
    switch (index, stanza) {
    case (let index?, let stanza?): all[index] = stanza
    case (let index?, nil): all.remove(at: index)
    case (nil, let stanza?): all.append(stanza)
    case (nil, nil): break
    }
    host.write("/var/lib/dpkg/status", Self.text(all))
  }

  /// Adds or replaces a package with its files, by way of "half-installed" and "unpacked".
  func unpack(_ package: String, _ fields: String, _ files: [String: String]) {
    unpack(package, fields, files.mapValues { Array($0.utf8) })
  }

  private func unpack(_ package: String, _ fields: String, _ files: [String: [UInt8]]) {
    func stanza(_ status: String) -> String { "Package: \(package)\nStatus: install \(status)\n\(fields)" }
    let list = "/var/lib/dpkg/info/\(package).list"
    let old = Set(((try? host.files.text(list)) ?? "").split(separator: "\n").map(String.init))
    set(package, stanza("reinstreq half-installed"))
    host.pause("\(package) half installed")
    for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
      if bytes.starts(with: "-> ".utf8) { host.remove(path) }
      host.write(path, bytes)
    }
    for path in old.subtracting(files.keys) where host.files.isFile(path) { host.remove(path) }
    host.write(list, files.keys.sorted().map { $0 + "\n" }.joined())
    set(package, stanza("ok unpacked"))
    host.pause("\(package) unpacked")
    set(package, stanza("ok installed"))
  }

  /// Takes a package with its files away, and the folders that are empty then.
  func erase(_ package: String) {
    let list = "/var/lib/dpkg/info/\(package).list"
    for path in ((try? host.files.text(list)) ?? "").split(separator: "\n").map(String.init) {
      host.remove(path)
      var folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      while !folder.isEmpty, host.files.isDirectory(String(folder)), host.files.list(String(folder)).isEmpty,
        host.files.linkTarget(String(folder)) == nil
      {
        host.remove(String(folder))
        folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
      }
      host.pause("\(package) half removed")
    }
    host.remove(list)
    set(package, nil)
  }

  func query(_ arguments: [String]) -> CommandResult {
    guard let package = arguments.last, let status = state(package),
      var output = arguments.first(where: { $0.hasPrefix("--showformat=") })?.dropFirst("--showformat=".count)
        .description
    else { return CommandResult(status: 1, errorOutput: "dpkg-query: no packages found matching") }
    output = output.split(separator: "\\n", omittingEmptySubsequences: false).map { part in
      guard part.hasPrefix("${"), part.hasSuffix("}") else { return String(part) }
      let name = String(part.dropFirst(2).dropLast())
      return name == "db:Status-Status" ? status : field(name, of: package) ?? ""
    }.joined(separator: "\n")
    return CommandResult(status: 0, output: output)
  }

  func build(_ folder: String, _ output: String) -> CommandResult {
    let snapshot = TreeSnapshot(of: FileRoot(host.files.location.appending(folder)))
    guard let control = snapshot.text("/DEBIAN/control") else {
      return CommandResult(status: 2, errorOutput: "dpkg-deb: error: failed to open package info file")
    }
    host.write(output, control + "\n" + FakeArchive.text(snapshot) { !$0.hasPrefix("/DEBIAN") })
    return CommandResult(status: 0)
  }

  func install(_ paths: [String]) -> CommandResult {
    for path in paths {
      guard let archive = try? host.files.text(path) else {
        return CommandResult(status: 1, output: "dpkg: error: cannot access archive '\(path)'")
      }
      let control = archive.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
      let files = archive.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(control.count + 1)
      let fields = control.dropFirst().map { $0 + "\n" }.joined()
      unpack(String(control[0].dropFirst("Package: ".count)), fields, FakeArchive.files(files))
      depmod()
    }
    return CommandResult(status: 0)
  }

  func purge(_ packages: [String]) -> CommandResult {
    for package in packages {
      guard state(package) != nil else { continue }
      let dependents = dependents(of: package).filter { !packages.contains($0) }
      guard dependents.isEmpty else {
        return CommandResult(status: 1, output: "dpkg: error processing package \(package) (--purge):")
      }
    }
    for package in packages where state(package) != nil {
      if package == "toa-dkms" { FakeDkms(host).removeAll() }
      erase(package)
    }
    depmod()
    return CommandResult(status: 0)
  }

  private func depmod() {
    for kernel in host.files.list("/lib/modules") { depmod(kernel) }
  }

  /// Lists the module in a kernel's index where it lies.
  func depmod(_ kernel: String) {
    let folder = "/lib/modules/\(kernel)"
    let index = folder + "/modules.dep"
    guard host.files.isFile(index) else { return }
    let places = ["updates", "updates/dkms", "extra/toa"].flatMap { place in
      ModuleCompression.allCases.map { "\(place)/toa\($0.suffix)" }
    }
    let before = (try? host.files.text(index)) ?? ""
    let others = before.split(separator: "\n").filter { line in !places.contains { line == $0 + ":" } }
    let own = places.filter { host[\.depmodWorks] && host.files.isFile("\(folder)/\($0)") }.map { Substring($0 + ":") }
    let after = (own + others).map { $0 + "\n" }.joined()
    if after != before { host.write(index, after) }
  }
}
