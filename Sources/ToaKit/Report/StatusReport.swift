// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod

/// What `toa status` answers.
public struct StatusDocument: Document {
  /// What one kernel on the disk has.
  public struct Kernel: Encodable, Sendable {
    /// Kernel release.
    public let release: String
    /// Whether it runs.
    public let isRunning: Bool
    /// The module that it would load; nil when it has none.
    public let module: ModuleFile?
  }

  /// Shape of the document.
  public let schema = "toa.status/1"
  /// "working" (loaded, ours, current), "outdated", "foreign", "notLoaded" or "notInstalled".
  public let state: String
  /// The loaded module; nil when none is.
  public let live: LiveModule?
  /// Whether the loaded module is the one on the disk.
  public let isLiveCurrent: Bool
  /// Every installed kernel and its module.
  public let kernels: [Kernel]
  /// Whether the module is loaded at boot.
  public let autoload: Bool
  /// Sum of each counter.
  public let counters: [String: UInt64]?
}

/// The verb `status`.
public struct StatusReport: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Looks at kernel, disk and autoload, and prints what it saw.
  public func show() async -> StatusDocument {
    let running = system.files.isLive ? system.identity.kernelRelease : KernelRelease.running(in: system.files)?.text
    let kernels = InstalledKernels.read(from: system.files, running: running).kernels.filter(\.hasModules).map {
      StatusDocument.Kernel(
        release: $0.release.text, isRunning: $0.isRunning, module: ModuleFile(system, kernel: $0.release.text))
    }
    let live = LiveModule(system)
    let onDisk = kernels.first(where: \.isRunning)?.module
    let isCurrent = live?.sourceVersion != nil && live?.sourceVersion == onDisk?.sourceVersion
    let counters = Counters.read(system)
    let document = StatusDocument(
      state: Self.state(live, onDisk, isCurrent), live: live, isLiveCurrent: isCurrent, kernels: kernels,
      autoload: isAutoloaded(),
      counters: counters.map { Dictionary($0.counters.map { ($0.name, $0.total) }, uniquingKeysWith: &+) })
    show(document, counters)
    return document
  }

  /// Folders of modules-load.d; a file in an earlier one hides its namesakes in later ones.
  static let autoloadFolders = [
    "/etc/modules-load.d", "/run/modules-load.d", "/usr/lib/modules-load.d", "/lib/modules-load.d",
  ]

  private func isAutoloaded() -> Bool {
    var seen: Set<String> = []
    return Self.autoloadFolders.contains { folder in
      system.files.list(folder).contains { name in
        guard name.hasSuffix(".conf"), seen.insert(name).inserted else { return false }
        let text = (try? system.files.text("\(folder)/\(name)")) ?? ""
        return text.split(separator: "\n").contains { $0.split(separator: " ").first == "toa" }
      }
    }
  }

  private static func state(_ live: LiveModule?, _ onDisk: ModuleFile?, _ isCurrent: Bool) -> String {
    guard let live else { return onDisk == nil ? "notInstalled" : "notLoaded" }
    if !live.isOurs { return "foreign" }
    return isCurrent ? "working" : "outdated"
  }

  private func show(_ document: StatusDocument, _ counters: Counters?) {
    let (sentence, style): (String, Console.Style) =
      switch document.state {
      case "working": ("toa.ko is loaded", .good)
      case "outdated": ("toa.ko is loaded, but another one is on the disk; next: toa install", .warning)
      case "foreign": ("a toa module of another maker is loaded; next: toa doctor", .bad)
      case "notLoaded": ("toa.ko is installed and not loaded; next: toa load", .warning)
      default:
        (
          document.kernels.contains { $0.module != nil }
            ? "the running kernel has no toa.ko; next: toa install" : "toa is not installed; next: toa install",
          .warning
        )
      }
    console.print(console.styled(sentence, style))
    var table = Table()
    if let live = document.live {
      table.add(["  version", "\(live.version ?? "unknown")"])
      table.add(["  hook", "\(live.hook ?? "unknown")"])
      table.add(["  trusted", "\(live.trusted ?? "unknown")"])
    }
    table.add(["  at boot", document.autoload ? "loaded" : "not loaded"])
    for kernel in document.kernels {
      table.add([
        kernel.isRunning ? "  this kernel" : "  kernel",
        "\(kernel.release)  \(kernel.module.map { $0.path } ?? "no module")",
      ])
    }
    if let counters, let seen = counters["syn_recv_sock_toa"], let plain = counters["syn_recv_sock_no_toa"] {
      table.add(["  connections", "\(seen) with a client address, \(plain) without"])
    }
    for line in table.lines(console) { console.print(line) }
  }
}
