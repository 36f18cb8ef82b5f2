// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

/// rpm, rpmbuild and dnf over the tree of a fake host: a file for each installed package in place of rpm's database, and a
/// repository of five packages.
struct FakeRpm {
  struct Package {
    var name: String
    var version: String
    var architecture = "x86_64"
    var requires: [String] = []
    var description = "x"
    var files: [String: String] = [:]

    var whole: String { "\(name)-\(version).\(architecture)" }

    func answers(_ wanted: String) -> Bool { [name, "\(name)-\(version)", whole].contains(wanted) }
  }

  static let folder = "/var/lib/rpm/fake"
  static let headers = "kernel-devel-6.1.0-56.el9.x86_64"
  let host: FakeHost

  init(_ host: FakeHost) { self.host = host }

  static let repository: [Package] = {
    let source = "/usr/src/kernels/\(FakeHost.kernel)"
    let gcc = "/opt/rh/gcc-toolset-12/root/usr/bin/gcc"
    return [
      Package(
        name: "kernel-devel", version: "6.1.0-56.el9", requires: ["elfutils-libelf"],
        files: [
          "/usr/lib/modules/\(FakeHost.kernel)/build": "-> \(source)", "\(source)/Makefile": "# of the headers\n",
          "\(source)/Module.symvers": "0x1 sym vmlinux EXPORT_SYMBOL\n",
          "\(source)/include/generated/autoconf.h": "#define CONFIG_MODULES 1\n",
          "\(source)/include/generated/utsrelease.h": "#define UTS_RELEASE \"\(FakeHost.kernel)\"\n",
        ]),
      Package(name: "elfutils-libelf", version: "0.189-3.el9", files: ["/usr/lib64/libelf.so.1": "elf"]),
      Package(name: "gcc-toolset-12-gcc", version: "12.2.1-7.el9", files: [gcc: "gcc"]),
      Package(name: "make", version: "4.3-7.el9", files: ["/usr/bin/make": "make"]),
      Package(name: "rpm-build", version: "4.16.1.3-27.el9", files: ["/usr/bin/rpmbuild": "rpmbuild"]),
    ]
  }()

  /// A fresh Rocky 9 with a kernel, without headers, compiler and rpmbuild.
  static let fresh: TreeSnapshot = {
    var world = FakeHost.fresh
    for path in world.nodes.keys where path.hasPrefix("/var/lib/dpkg") || path.hasPrefix("/var/lib/apt") {
      world.nodes[path] = nil
    }
    for name in ["apt-get", "apt-mark", "dpkg", "dpkg-deb", "dpkg-query"] { world.nodes["/usr/bin/" + name] = nil }
    for name in ["rpm", "dnf"] { world.nodes["/usr/bin/" + name] = .file(mode: 0o755, bytes: []) }
    let release = "ID=rocky\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=9.3\nPRETTY_NAME=\"Rocky Linux 9.3\"\n"
    world.nodes["/usr/lib/os-release"] = .file(mode: 0o644, bytes: Array(release.utf8))
    for path in ["/var/lib/rpm", folder, "/opt", "/opt/rh", "/usr/src", "/usr/src/kernels", "/usr/lib64"] {
      world.nodes[path] = .folder(mode: 0o755)
    }
    return world
  }()

  var installed: [Package] { host.files.list(Self.folder).compactMap(read) }

  subscript(_ wanted: String) -> Package? { installed.first { $0.answers(wanted) } }

  private func read(_ name: String) -> Package? { (try? host.files.text("\(Self.folder)/\(name)")).flatMap(Self.parse) }

  private static func text(_ package: Package) -> String {
    let head = [package.name, package.version, package.architecture, package.requires.joined(separator: ",")]
    let files = package.files.sorted { $0.key < $1.key }.map { "\u{1}\($0.key)\u{2}\($0.value)" }
    return (head + [package.description]).joined(separator: "\u{3}") + files.joined()
  }

  private static func parse(_ text: String) -> Package? {
    let parts = text.split(separator: "\u{1}", omittingEmptySubsequences: false)
    let head = parts[0].split(separator: "\u{3}", omittingEmptySubsequences: false).map(String.init)
    guard head.count == 5 else { return nil }
    let files = parts.dropFirst().map { $0.split(separator: "\u{2}", maxSplits: 1, omittingEmptySubsequences: false) }
    return Package(
      name: head[0], version: head[1], architecture: head[2], requires: head[3].split(separator: ",").map(String.init),
      description: head[4], files: Dictionary(files.map { (String($0[0]), String($0[1])) }) { $1 })
  }

  /// Answers of questions; nil for a change.
  func query(_ words: [String]) -> CommandResult? {
    let words = words.first == "--root" ? Array(words.dropFirst(2)) : words
    func lines(_ lines: [String]) -> CommandResult {
      CommandResult(status: lines.isEmpty ? 1 : 0, output: lines.joined())
    }
    switch (words.first, words.dropFirst().first) {
    case ("-qf", _):
      return words.last?.contains("vmlinuz") == true ? lines(["kernel-core 6.1.0-56.el9 x86_64\n"]) : lines([])
    case ("--query", "--all"):
      let patterns = words.dropFirst(4).map { $0.dropLast() }
      let found = installed.filter { package in patterns.contains { package.name.hasPrefix($0) } }
      let isLong = words.contains { $0.contains("%{DESCRIPTION}") }
      let texts = found.map { isLong ? "\($0.name)\n\($0.version)\n\($0.description)\n=====\n" : "\($0.name)\n" }
      return CommandResult(status: 0, output: texts.joined())
    case ("--query", "--list"):
      guard let path = words.last, let package = (try? host.files.text(path)).flatMap(Self.parse) else {
        return lines([])
      }
      return lines(package.files.keys.sorted().map { $0 + "\n" })
    case ("--query", "--file"):
      return lines(installed.filter { $0.files[words.last ?? ""] != nil }.map { $0.name + "\n" })
    case ("--query", "--qf"):
      return lines([self[words.last ?? ""]].compactMap { $0 }.map { "\($0.version)\n\($0.description)\n" })
    case ("--erase", "--test"): return erasure(Array(words.dropFirst(2)))
    default: return nil
    }
  }

  /// What rpm says when others need what would go.
  private func erasure(_ names: [String]) -> CommandResult {
    let leaving = names.compactMap { self[$0] }
    let staying = installed.filter { package in !leaving.contains { $0.name == package.name } }
    let broken = leaving.flatMap { gone in
      staying.filter { $0.requires.contains(gone.name) }.map { "\t\(gone.name) is needed by (installed) \($0.whole)\n" }
    }
    return broken.isEmpty
      ? CommandResult(status: 0)
      : CommandResult(status: 1, errorOutput: "error: Failed dependencies:\n" + broken.joined())
  }

  func change(_ words: [String]) -> CommandResult {
    let names = words.dropFirst().filter { !$0.hasPrefix("-") }
    switch words.first {
    case "--upgrade":
      for path in names {
        guard let package = (try? host.files.text(path)).flatMap(Self.parse) else {
          return CommandResult(status: 1, output: "error: open of \(path) failed: No such file or directory\n")
        }
        unpack(package)
        depmod()
      }
      return CommandResult(status: 0)
    case "--erase":
      let test = erasure(names)
      guard test.status == 0 else { return test }
      for name in names {
        guard let package = self[name] else {
          return CommandResult(status: 1, output: "error: package \(name) is not installed\n")
        }
        erase(package)
      }
      depmod()
      return CommandResult(status: 0)
    default:
      Issue.record("unasked: rpm \(words)")
      return CommandResult(status: 127)
    }
  }

  /// As rpm does it: first the files, then the note in the database.
  private func unpack(_ package: Package) {
    let old = self[package.name]
    for (path, text) in package.files.sorted(by: { $0.key < $1.key }) {
      if text.hasPrefix("-> ") { host.remove(path) }
      host.write(path, text)
    }
    host.pause("\(package.name) unpacked, not noted")
    host.write("\(Self.folder)/\(package.name)", Self.text(package))
    for path in Set((old?.files ?? [:]).keys).subtracting(package.files.keys) { host.remove(path) }
    host.pause("\(package.name) installed")
  }

  private func erase(_ package: Package) {
    for path in package.files.keys.sorted().reversed() {
      host.remove(path)
      var folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      while !folder.isEmpty, FakeRpm.fresh.nodes[String(folder)] == nil, host.files.list(String(folder)).isEmpty,
        host.files.linkTarget(String(folder)) == nil
      {
        host.remove(String(folder))
        folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
      }
    }
    host.pause("\(package.name) removed, still noted")
    host.remove("\(Self.folder)/\(package.name)")
  }

  private func depmod() {
    for kernel in host.files.list("/lib/modules") { FakeDpkg(host).depmod(kernel) }
  }

  /// `dnf install`; with `simulate` only the table.
  func install(_ names: [String], simulate: Bool) -> CommandResult {
    var order: [Package] = []
    for name in names {
      guard let package = Self.repository.first(where: { $0.answers(name) }) else {
        return CommandResult(
          status: 1, output: "No match for argument: \(name)\nError: Unable to find a match: \(name)\n")
      }
      let needs = Self.repository.filter { package.requires.contains($0.name) }
      for each in needs + [package] where self[each.name] == nil && !order.contains(where: { $0.name == each.name }) {
        order.append(each)
      }
    }
    guard !order.isEmpty else { return CommandResult(status: 0, output: "Dependencies resolved.\nNothing to do.\n") }
    guard simulate else {
      for package in order { unpack(package) }
      return CommandResult(status: 0)
    }
    let rows = order.map { " \($0.name)  \($0.architecture)  \($0.version)  baseos  1 k\n" }.joined()
    return CommandResult(
      status: 1,
      output: "Dependencies resolved.\nInstalling:\n\(rows)\nTransaction Summary\nInstall\nOperation aborted.\n")
  }

  /// `rpmbuild`: the laid-out tree and what the spec says of it, in one file.
  func build(_ words: [String]) -> CommandResult {
    guard let spec = words.last, let text = try? host.files.text(spec),
      let output = words.first(where: { $0.hasPrefix("_rpmdir ") })?.dropFirst("_rpmdir ".count)
    else { return CommandResult(status: 1, errorOutput: "error: no spec") }
    func tag(_ name: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
    let folder = spec[..<(spec.lastIndex(of: "/") ?? spec.startIndex)]
    let tree = TreeSnapshot(of: FileRoot(host.files.location.appending(folder + "/tree")))
    var package = Package(name: tag("Name") ?? "", version: "\(tag("Version") ?? "")-\(tag("Release") ?? "")")
    if text.contains("\nBuildArch: noarch\n") { package.architecture = "noarch" }
    package.requires = text.split(separator: "\n").filter { $0.hasPrefix("Requires: ") }
      .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    let description = text.split(separator: "%description\n", maxSplits: 1).last ?? ""
    package.description = String(description.prefix { $0 != "%" })
    for path in tree.nodes.keys { package.files[path] = tree.text(path) ?? tree.link(path) }
    host.write("\(output)/\(package.whole).rpm", Self.text(package))
    return CommandResult(status: 0)
  }
}
