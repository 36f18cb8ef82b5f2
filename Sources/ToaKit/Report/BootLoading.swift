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
  let system: System

  init(_ system: System) { self.system = system }

  /// Whether systemd is the running machine's init; a tree that does not run is taken to have it.
  var hasSystemd: Bool {
    system.files.hasSystemd || !system.files.exists(MountTable.path)
  }

  /// Whether a backend is loaded by the next boot; without one, whether anything loads a module called toa.
  func restores(_ backend: Backend.Kind?) -> Bool {
    backend == .ebpf ? hasSystemd && system.files.bootUnit(Self.unit).isStarted : isModuleListed
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
}

extension FileRoot {
  /// Whether systemd is the init of the machine that runs here.
  var hasSystemd: Bool { isDirectory("/run/systemd/system") }
}
