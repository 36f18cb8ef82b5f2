// SPDX-License-Identifier: Apache-2.0
import Host

/// apt-get with a repository of a few packages.
struct FakeApt {
  struct Package {
    var version: String
    var depends: [String] = []
    var files: [String: String]
  }

  let host: FakeHost
  private let dpkg: FakeDpkg

  init(_ host: FakeHost) {
    self.host = host
    dpkg = FakeDpkg(host)
  }

  static let headers = "linux-headers-\(FakeHost.kernel)"

  static let repository: [String: Package] = {
    let source = "/usr/src/\(headers)"
    return [
      headers: Package(
        version: "6.1.192-2", depends: ["linux-kbuild-6.1"],
        files: [
          "/usr/lib/modules/\(FakeHost.kernel)/build": "-> \(source)", "\(source)/Makefile": "# of the headers\n",
          "\(source)/Module.symvers": "0x1 sym vmlinux EXPORT_SYMBOL\n",
          "\(source)/include/generated/autoconf.h": "#define CONFIG_MODULES 1\n",
          "\(source)/include/generated/utsrelease.h": "#define UTS_RELEASE \"\(FakeHost.kernel)\"\n",
        ]),
      "linux-kbuild-6.1": Package(version: "6.1.192-2", files: ["/usr/lib/linux-kbuild-6.1/scripts/mod/modpost": ""]),
      "gcc-12": Package(version: "12.2.0-14+deb12u1", depends: ["cpp-12"], files: ["/usr/bin/gcc-12": "gcc"]),
      "cpp-12": Package(version: "12.2.0-14+deb12u1", files: ["/usr/bin/cpp-12": "cpp"]),
      "make": Package(version: "4.3-4.1", files: ["/usr/bin/make": "make"]),
      "nftables": Package(version: "1.0.6-2+deb12u2", files: ["/usr/bin/nft": "nft"]),
    ]
  }()

  /// Where apt keeps which packages it may remove when nothing needs them: here a name on each line.
  static let states = "/var/lib/apt/extended_states"

  private var automatic: [String] {
    ((try? host.files.text(Self.states)) ?? "").split(separator: "\n").map(String.init)
  }

  func showAutomatic(_ names: [String]) -> CommandResult {
    CommandResult(status: 0, output: automatic.filter(names.contains).map { $0 + "\n" }.joined())
  }

  func mark(_ names: [String], automatic isAutomatic: Bool) -> CommandResult {
    let others = automatic.filter { !names.contains($0) }
    host.write(Self.states, (others + (isAutomatic ? names : [])).map { $0 + "\n" }.joined())
    return CommandResult(status: 0)
  }

  /// The packages to add, what they depend on first; nil for one that the lists do not have.
  private func missing(_ names: [String]) -> [String]? {
    var order: [String] = []
    for name in names {
      guard let package = Self.repository[name] else { return nil }
      for each in package.depends + [name] where dpkg.state(each) != "installed" && !order.contains(each) {
        order.append(each)
      }
    }
    return host.files.list("/var/lib/apt/lists").isEmpty ? nil : order
  }

  /// What apt-get says to everything as long as a package is half installed; nil when none is.
  private var complaint: CommandResult? {
    Self.repository.keys.sorted().first { dpkg.state($0) == "half-installed" }.map {
      let text = "E: The package \($0) needs to be reinstalled, but I can't find an archive for it.\n"
      return CommandResult(status: 100, errorOutput: text)
    }
  }

  func simulateInstall(_ names: [String]) -> CommandResult {
    if let complaint { return complaint }
    guard let order = missing(names) else {
      return CommandResult(status: 100, errorOutput: "E: Unable to locate package \(names[0])\n")
    }
    return CommandResult(
      status: 0,
      output: order.map { "Inst \($0) (\(Self.repository[$0]?.version ?? "") Debian:12.15/oldstable [amd64])\n" }
        .joined())
  }

  func install(_ names: [String]) -> CommandResult {
    if let complaint { return complaint }
    guard let order = missing(names) else {
      return CommandResult(status: 100, output: "E: Unable to locate package \(names[0])\n")
    }
    for name in order {
      guard let package = Self.repository[name] else { continue }
      let depends = package.depends.isEmpty ? "" : "Depends: \(package.depends.joined(separator: ", "))\n"
      dpkg.unpack(name, "Version: \(package.version)\nArchitecture: amd64\n\(depends)", package.files)
    }
    return CommandResult(status: 0)
  }

  /// The packages and all that depend on them.
  private func doomed(_ names: [String]) -> [String] {
    var all = names
    var index = 0
    while index < all.count {
      all += dpkg.dependents(of: all[index]).filter { !all.contains($0) }
      index += 1
    }
    return all
  }

  func simulatePurge(_ names: [String]) -> CommandResult {
    complaint ?? CommandResult(status: 0, output: doomed(names).map { "Purg \($0) [1]\n" }.joined())
  }

  func purge(_ names: [String]) -> CommandResult {
    if let complaint { return complaint }
    for name in doomed(names) where dpkg.state(name) != nil { dpkg.erase(name) }
    return CommandResult(status: 0)
  }
}
