// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging
internal import SelfTest

/// The last words of an installation: what is there now.
struct InstallSummary: Sendable {
  let system: System
  let console: Console

  func show(_ draft: Draft, _ facts: HostFacts, _ report: SelfTestReport?) async {
    let live = facts.isRunning ? (try? Backend.live(system)) ?? nil : nil
    let installed = await InstalledPackages.read(system, kernel: facts.target.text)
    var table = Table()
    table.add(["  kernel", "\(facts.target)"])
    switch draft.backend {
    case .module where draft.inTree != nil:
      table.add(["  module", "\(draft.inTree?.path ?? ""), the kernel's own"])
      if let version = installed.version ?? installed.commonVersion {
        table.add(["  package", "\(CommonPackage.name) \(version)"])
      }
    case .module:
      if let compiler = installed.compiler { table.add(["  built with", "\(compiler)"]) }
      let names =
        installed.hasDkms
        ? [CommonPackage.name, DkmsPackage.name] : PackageBuild.names(facts.target.text, facts.packageFormat)
      table.add(["  package", "\(names.joined(separator: ", ")) \(installed.version ?? toaVersion + "-1")"])
      if installed.hasDkms {
        table.add(["  later on", "DKMS builds for new kernels"])
      } else if installed.hasHooks {
        table.add(["  later on", "hooks of \(KernelHooksPackage.name) build for new kernels"])
      }
      if let live { table.add(["  loaded", "\(live.name), hooked by \(live.hook ?? "?")"]) }
    case .ebpf:
      table.add(["  backend", "\(draft.reason ?? "eBPF")"])
      table.add(["  package", "\(EBPFPackage.name) \(toaVersion)-1"])
      if let live {
        table.add(["  loaded", "\(live.name), on \((live.ebpf?.attached ?? []).joined(separator: ", "))"])
        table.add(["  cgroup", "\(Self.cgroup(live.cgroup ?? "/"))"])
      }
    }
    for (name, list) in [("  profile", live?.profile), ("  trusted", live?.trusted)] {
      for (index, line) in console.wrappedList(list ?? "", indent: 14).enumerated() {
        table.add(["\(index == 0 ? name : "")", "\(line)"])
      }
    }
    switch draft.backend {
    case .module where draft.inTree?.isBuiltIn == true: table.add(["  at boot", "it is part of the kernel"])
    case .module: table.add(["  at boot", "loaded by systemd-modules-load"])
    case .ebpf: table.add(["  at boot", "\(BootLoading(system).sentence(.ebpf))"])
    }
    if let report { table.add(["  proven", "\(SelfTestReporter.summary(report, console))"]) }
    console.say(Self.sentence(live, facts), .good)
    for line in table.lines(console) { console.say(line) }
  }

  private static func sentence(_ live: Backend?, _ facts: HostFacts) -> String {
    guard facts.isRunning else { return "Installed for the next boot." }
    guard let cgroup = live?.cgroup, cgroup != "/" else { return "Applications on this host see their clients." }
    return "Applications in the cgroup \(cgroup) see their clients."
  }

  /// A cgroup for people.
  static func cgroup(_ name: String) -> String { name == "/" ? "/  (every process)" : name }
}
