// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let autoload = Check(
    "PER01", .persistence, "loaded at boot", about: .module,
    explanation: """
      systemd loads at boot the modules that are named in the files of modules-load.d, one name on a line; the file's name must end in
      .conf. A file in /etc hides one of the same name in /usr/lib, so an empty /etc/modules-load.d/toa.conf, or a link to
      /dev/null, switches the loading off. Debian also reads /etc/modules; Red Hat systems older than systemd run what may be executed in
      /etc/sysconfig/modules.

      The package toa-modules-common brings the file. Without it:
          echo toa > /etc/modules-load.d/toa.conf
          systemctl restart systemd-modules-load
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    guard context.file != nil || context.isLoaded else {
      return context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
    }
    let (loading, masked) = context.system.files.autoloadFiles(of: ModuleBackend.moduleName)
    if let path = loading.first { return Outcome(.ok, path, evidence: loading) }
    if let (path, hidden) = masked.first {
      return Outcome(
        .warning, "\(path) hides \(hidden): toa.ko is not loaded at boot", expected: "a file that names toa",
        evidence: [path, hidden], fix: ["rm \(path)"])
    }
    return Outcome(
      .warning, "nothing loads toa.ko at boot", expected: "a line `toa` in modules-load.d",
      evidence: ["looked at: \(autoloadFolders.joined(separator: " "))"],
      fix: ["echo toa > /etc/modules-load.d/toa.conf"],
      repairs: [.addFile(AddedFile(path: "/etc/modules-load.d/toa.conf", line: ModuleBackend.moduleName))])
  }

  static let legacyAutoload = Check(
    "PER04", .persistence, "old start-up lines",
    explanation: """
      Vendors' guides tell to put `insmod /root/toa.ko` into rc.local, a profile or a cron table. Such a line loads a module of one
      kernel, whatever kernel runs, and can put another TOA into the kernel before or after this one.

      Once toa is installed these lines are not needed. Comment them out; doctor's fix shows the command for each. The next boot then
      loads only what modules-load.d names (see PER01). As a part of an installation, which `toa uninstall` takes back:
          toa install --remove-old-autoload
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    let lines = context.facts.autoload
    guard !lines.isEmpty else { return Outcome(.ok, "none") }
    let removable = OldAutoload.removable(lines, context.system.files)
    return Outcome(
      .warning,
      "\(lines.count == 1 ? "a start-up line loads" : "\(lines.count) start-up lines load") a toa the old way",
      expected: "modules-load.d alone", evidence: lines.map { "\($0.path):\($0.number): \($0.text)" },
      fix: lines.map { "sed -i '\($0.number)s/^/# /' \($0.path)" },
      repairs: removable.isEmpty ? [] : [.removeOldAutoload(OldAutoload(removable))])
  }
}

/// Folders of modules-load.d(5), the strongest first.
private let autoloadFolders = [
  "/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
  "/lib/modules-load.d",
]

extension FileRoot {
  /// Files that make systemd load a module at boot, and files that keep such a one from counting: (hiding, hidden).
  func autoloadFiles(of module: String) -> (loading: [String], masked: [(String, String)]) {
    func names(_ path: String) -> Bool {
      let lines = (line(path) ?? "").split(separator: "\n").map { $0.split(separator: " ").joined() }
      return lines.contains(module)
    }
    var effective: [String: String] = [:]
    var masked: [(String, String)] = []
    for folder in autoloadFolders {
      for name in list(folder) where name.hasSuffix(".conf") {
        let path = "\(folder)/\(name)"
        if let stronger = effective[name] {
          if names(path), !names(stronger), resolve(path) != resolve(stronger) { masked.append((stronger, path)) }
        } else {
          effective[name] = path
        }
      }
    }
    let files = effective.values.sorted() + ["/etc/modules"]
    let scripts = hasSystemd ? [] : ["/etc/sysconfig/modules/\(module).modules"]
    let commandLine = KernelCommandLine.read(from: self)
    let byBoot = ["modules_load", "rd.modules_load"].contains { commandLine.list($0).contains(module) }
    let runs = scripts.filter { mode($0).map { $0 & 0o100 != 0 } ?? false }
    return (files.filter(names) + runs + (byBoot ? ["/proc/cmdline"] : []), masked)
  }
}
