// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let moduleIndex = Check(
    "MOD07", .module, "known to depmod", about: .module,
    explanation: """
      modprobe, systemd and toa find a module by its name in modules.dep, an index that depmod writes. A file that was only copied into
      /lib/modules is not in it: "Module toa not found". The same happens when depmod ran before the file was there.

      Write the index again:
          depmod -a $(uname -r)
          modinfo -F filename toa
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let index = "/lib/modules/\(context.kernel)/modules.dep"
    let known = ModuleIndex.read(for: context.kernel, in: context.system.files).all(ModuleBackend.moduleName)
    if let entry = known.first { return Outcome(.ok, entry.path, evidence: [index]) }
    let files = context.system.moduleFiles(of: context.kernel)
    guard let file = files.first else { return context.unmet(.moduleFile) ?? Outcome(.ok, "yes") }
    return Outcome(
      context.isLoaded ? .warning : .error, "depmod does not know \(file)", expected: "toa.ko in \(index)",
      evidence: ["\(index) has no toa.ko"], fix: ["depmod -a \(context.kernel)"],
      repairs: [.indexModules(context.kernel)])
  }

  static let shadowCopies = Check(
    "MOD08", .module, "one copy", about: .module,
    explanation: """
      depmod searches updates/ before the kernel's own folders, and extra/ or weak-updates/ by its configuration. When toa.ko lies in
      several of them, one copy hides the others: an update of the hidden one changes nothing, and after a removal the other one
      comes back.

      Guides of load balancer vendors copy their toa.ko to kernel/net/ipv4/ or kernel/net/netfilter/ipvs/. Remove such copies, and
      write the index again:
          rm /lib/modules/$(uname -r)/kernel/net/netfilter/ipvs/toa.ko
          depmod -a $(uname -r)
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let files = context.system.moduleFiles(of: context.kernel)
    guard let first = files.first else { return context.unmet(.moduleFile) ?? Outcome(.ok, "none") }
    guard files.count > 1 else { return Outcome(.ok, first) }
    let winner = context.file?.path ?? first
    let others = files.filter { !context.system.files.isSame($0, winner) }
    guard !others.isEmpty else { return Outcome(.ok, winner) }
    return Outcome(
      .warning, "\(files.count) files named toa.ko; the kernel takes \(winner)", expected: "one", evidence: files,
      fix: others.map { "rm \($0)" } + ["depmod -a \(context.kernel)"])
  }
}

extension System {
  /// Every file of a module named toa below a kernel's module folder, compressed ones too.
  func moduleFiles(of release: String) -> [String] {
    var found: [String] = []
    var folders = ["/lib/modules/\(release)"]
    while let folder = folders.popLast() {
      for name in files.list(folder) {
        let path = "\(folder)/\(name)"
        if name.hasPrefix(ModuleBackend.moduleName), ModuleIndex.moduleName(ofFile: name) == ModuleBackend.moduleName {
          found.append(path)
        } else if !name.utf8.contains(UInt8(ascii: ".")), !["build", "source"].contains(name),
          files.linkTarget(path) == nil, files.isDirectory(path)
        {
          folders.append(path)
        }
      }
    }
    return found.sorted()
  }
}

extension FileRoot {
  /// Whether two paths lead to one file.
  fileprivate func isSame(_ left: String, _ right: String) -> Bool {
    left == right || (resolve(left) != nil && resolve(left) == resolve(right))
  }
}
