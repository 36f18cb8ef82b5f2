// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Whether the next boot loads what is installed.
struct BootLoading: Sendable {
  /// Folders of modules-load.d; a file in an earlier one hides its namesakes in later ones.
  static let moduleFolders = [
    "/etc/modules-load.d", "/run/modules-load.d", "/usr/lib/modules-load.d", "/lib/modules-load.d",
  ]
  /// The unit that loads the eBPF programs.
  static let unit = "toa-ebpf.service"
  private static let unitFolders = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"]
  let system: System

  init(_ system: System) { self.system = system }

  /// Whether systemd is the running machine's init; a tree that does not run is taken to have it.
  var hasSystemd: Bool {
    system.files.hasSystemd || !system.files.exists(MountTable.path)
  }

  /// Whether a backend is loaded by the next boot; without one, whether anything loads a module called toa.
  func restores(_ backend: Backend.Kind?) -> Bool {
    backend == .ebpf ? hasSystemd && isUnitEnabled : isModuleListed
  }

  /// The same as a clause.
  func sentence(_ backend: Backend.Kind?) -> String {
    if restores(backend) { return backend == .ebpf ? "loaded by \(Self.unit)" : "loaded" }
    guard backend == .ebpf else { return "not loaded" }
    if !hasSystemd { return "nothing restores it (no systemd)" }
    return "not loaded: \(Self.unit) is not enabled"
  }

  private var isModuleListed: Bool {
    var seen: Set<String> = []
    return Self.moduleFolders.contains { folder in
      system.files.list(folder).contains { name in
        guard name.hasSuffix(".conf"), seen.insert(name).inserted else { return false }
        let text = (try? system.files.text("\(folder)/\(name)")) ?? ""
        return text.split(separator: "\n").contains { $0.split(separator: " ").first == "toa" }
      }
    }
  }

  /// Whether something wants the unit, and nobody has masked it with an empty file or a link to /dev/null in /etc.
  private var isUnitEnabled: Bool {
    guard
      let folder = Self.unitFolders.first(where: {
        system.files.linkTarget("\($0)/\(Self.unit)") != nil
          || system.files.exists("\($0)/\(Self.unit)")
      })
    else { return false }
    let path = "\(folder)/\(Self.unit)"
    if system.files.linkTarget(path) == "/dev/null" || system.files.size(path) == 0 { return false }
    return Self.unitFolders.contains { system.files.linkTarget("\($0)/sysinit.target.wants/\(Self.unit)") != nil }
  }
}

extension FileRoot {
  /// Whether systemd is the init of the machine that runs here.
  var hasSystemd: Bool { isDirectory("/run/systemd/system") }
}
