// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Kmod
internal import Wire

/// What `toa status` answers.
public struct StatusDocument: Document {
  /// Shape of the document.
  public let schema = "toa.status/1"
  /// "working" (loaded, ours, current), "outdated", "incomplete" (eBPF whose cgroup has gone), "foreign", "notLoaded",
  /// "notInstalled" or "unknown" (only root may look).
  public let state: String
  /// Which backend is loaded.
  public let backend: OrNull<Backend.Kind>
  /// Which backend is installed: comes back at the next boot, or would if something loaded it then.
  public let installed: OrNull<Backend.Kind>
  /// The loaded module; nil when none is.
  public let live: LiveModule?
  /// The loaded eBPF programs; nil when none are.
  public let ebpf: LiveEBPF?
  /// Whether what is loaded is what `toa load` would load.
  public let isLiveCurrent: Bool
  /// Every kernel that can boot, its module, and whether it is ready.
  public let kernels: [KernelReadiness]
  /// Whether the installed backend is loaded at boot.
  public let autoload: Bool
  /// Whether the module writes its debug lines into the kernel's log; nil where that cannot be said.
  public let debug: Bool?
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

  /// Looks at kernel, disk and boot, and prints what it saw.
  public func show() async -> StatusDocument {
    let running = system.files.isLive ? system.identity.kernelRelease : KernelRelease.running(in: system.files)?.text
    let kernels = await KernelReadiness.all(
      system, InstalledKernels.read(from: system.files, running: running),
      Distribution.detect(in: system.files).family)
    let hasModule = kernels.first(where: \.isRunning)?.module != nil
    let installed: Backend.Kind? =
      system.files.exists(EBPFSettings.path) ? .ebpf : kernels.contains { $0.module != nil } ? .module : nil
    var live: Backend?
    var hidden: ToaError?
    do throws(ToaError) { live = try Backend.live(system) } catch { hidden = error }
    let isCurrent = live?.isCurrent ?? false
    // A plain user sees no pins where systemd has mounted the BPF file system.
    let isHidden = hidden != nil || installed == .ebpf && live == nil && system.identity.userID != 0
    let state =
      isHidden && live == nil
      ? "unknown" : Self.state(live, isInstalled: installed == .ebpf || hasModule, isCurrent: isCurrent)
    let document = StatusDocument(
      state: state, backend: OrNull(live?.kind), installed: OrNull(installed), live: live?.module, ebpf: live?.ebpf,
      isLiveCurrent: isCurrent, kernels: kernels, autoload: BootLoading(system).restores(installed),
      debug: live?.kind == .module ? DebugLines.live(system)?.isOn : nil,
      counters: ((try? live?.counters()) ?? Counters.read(system))?.totals)
    show(document, live)
    return document
  }

  private static func state(_ live: Backend?, isInstalled: Bool, isCurrent: Bool) -> String {
    guard let live else { return isInstalled ? "notLoaded" : "notInstalled" }
    if !live.isOurs { return "foreign" }
    if case .ebpf(let programs) = live.state, !programs.missing.isEmpty { return "incomplete" }
    return isCurrent ? "working" : "outdated"
  }

  private func show(_ document: StatusDocument, _ live: Backend?) {
    let (sentence, style) = Self.sentence(document, live)
    console.print(console.styled(sentence, style))
    var table = Table()
    if let live {
      table.add(["  version", "\(live.version ?? "unknown")"])
      table.add([
        "  hook", "\(live.hook ?? "unknown")\(document.ebpf.map { ": " + $0.attached.joined(separator: ", ") } ?? "")",
      ])
      if let cgroup = live.cgroup { table.add(["  cgroup", "\(InstallSummary.cgroup(cgroup))"]) }
      if live.isOurs { addProfile(live, to: &table) }
      for (index, line) in console.wrappedList(live.trusted ?? "unknown", indent: 15).enumerated() {
        table.add([index == 0 ? "  trusted" : "", "\(line)"])
      }
    }
    table.add(["  at boot", "\(BootLoading(system).sentence(document.installed.value))"])
    if document.installed.value != .ebpf && live?.kind != .ebpf {
      for kernel in document.kernels {
        let name = kernel.isRunning ? "  this kernel" : kernel.isNext ? "  next boot" : "  kernel"
        table.add(["\(name)", Self.cell(kernel, isInstalled: document.installed.value != nil)])
      }
    }
    if document.debug == true { table.add(["  debug lines", "on; next: toa debug off"]) }
    if let counters = document.counters, let seen = counters["syn_recv_sock_toa"],
      let plain = counters["syn_recv_sock_no_toa"]
    {
      table.add(["  connections", "\(seen) with a client address, \(plain) without"])
    }
    for line in table.lines(console) { console.print(line) }
  }

  /// A kernel and its module. One without is nothing to worry about where toa is not installed at all.
  private static func cell(_ kernel: KernelReadiness, isInstalled: Bool) -> Table.Cell {
    let module = kernel.module.map { "\($0.path)  (\(kernel.byWhom))" }
    guard isInstalled, let why = kernel.why else {
      return Table.Cell("\(kernel.release)  \(module ?? "no module")")
    }
    let next = kernel.next.first.map { "; next: \($0)" } ?? ""
    return Table.Cell("\(kernel.release)  \(module.map { $0 + ", " } ?? "")\(why)\(next)", .warning)
  }

  /// What is read and answered.
  private func addProfile(_ live: Backend, to table: inout Table) {
    guard let words = live.profile else {
      table.add(["  profile", "none: \(live.name) is older than profiles; next: toa install"])
      return
    }
    for (index, line) in console.wrappedList(words, indent: 15).enumerated() {
      table.add([index == 0 ? "  profile" : "", "\(line)"])
    }
    let calls = live.socketCalls ?? []
    let wanted = (try? Profile(parsing: words))?.sortedSocketCalls.map(\.rawValue).filter { !calls.contains($0) } ?? []
    let answered = calls.isEmpty ? "none" : calls.map(String.init).joined(separator: ", ")
    let missing = wanted.map(String.init).joined(separator: " and ")
    let note =
      wanted.isEmpty
      ? ""
      : live.kind == .ebpf
        ? "; --getsockopt answers \(missing)" : "; not \(missing), see dmesg | grep 'TOA: getsockopt'"
    table.add(["  getsockopt", "\(answered + note)"])
  }

  private static func sentence(_ document: StatusDocument, _ live: Backend?) -> (String, Console.Style) {
    let title = (live?.kind ?? document.installed.value)?.title ?? "toa"
    return switch document.state {
    case "working": ("\(title) is loaded", .good)
    case "outdated" where live?.kind == .ebpf:
      (
        "eBPF is loaded, but not what this toa would load; next: toa \(document.installed.value == .ebpf ? "install" : "load --backend ebpf")",
        .warning
      )
    case "outdated": ("toa.ko is loaded, but another one is on the disk; next: toa install", .warning)
    case "incomplete": ("eBPF is loaded, but its cgroup was removed; next: toa load", .bad)
    case "foreign": ("a toa module of another maker is loaded; next: toa doctor", .bad)
    case "notLoaded": ("\(title) is installed and not loaded; next: toa load", .warning)
    case "unknown": ("only root may look at eBPF programs; next: sudo toa status", .warning)
    default:
      (
        document.kernels.contains { $0.module != nil }
          ? "the running kernel has no toa.ko; next: toa install" : "toa is not installed; next: toa install",
        .warning
      )
    }
  }
}
