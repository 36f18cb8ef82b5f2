// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

extension Check {
  static let bpfLive = Check(
    "BPF07", .bpf, "eBPF at work",
    explanation: """
      Where eBPF does toa's work, applications see client addresses while its programs are attached and switched on. The map
      /sys/fs/bpf/toa/control names the set of programs that works; each set has a folder of its own with its maps and links.

      A link ends with its cgroup: when toa was attached to one cgroup (--cgroup) and a service manager removed and made it again,
      as systemd does when a service restarts, the programs are gone from it. Attach to a cgroup that stays (a slice), or to the root.
      This attaches them again:
          toa load

      toa.ko and eBPF need not both work: each costs time, and counters, trust and removal are then in two places. Keep one.
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    if let error = context.bpf.unreadable {
      if let skip = context.unmet(.root) { return skip }
      return Outcome(
        .error, "the pins cannot be read", evidence: ["\(error.operation) \(error.subject): \(errorText(error.errno))"],
        fix: ["toa unload && toa load"])
    }
    if let problem = context.bpf.installed?.problem {
      return Outcome(
        context.bpf.live == nil ? .error : .warning, problem.what, evidence: [problem.why], fix: problem.next)
    }
    guard let live = context.bpf.live else { return context.bpfNotLive }
    let hooks = live.attached.map(\.rawValue).spoken
    let evidence = [
      "\(bpfFolder)/control: generation \(live.generation)", "version \(live.version), object \(live.object)",
      "cgroup \(context.bpf.scope), attached: \(hooks)",
    ]
    if !live.missing.isEmpty {
      let isThere = context.bpf.folder.map(context.system.files.isDirectory) ?? false
      return Outcome(
        .error,
        "\(live.missing.map(\.rawValue).spoken) not attached: the cgroup \(context.bpf.scope) was removed"
          + (isThere ? " and made again" : ""), expected: "every hook attached", evidence: evidence,
        fix: [context.typedLoad + (isThere || context.bpf.isAsInstalled ? "" : ", once it is there again")]
          + (context.bpf.isAsInstalled ? [] : ["toa load --backend ebpf, to cover what is installed, or every process"])
      )
    }
    if context.isLoaded {
      return Outcome(
        .error, "toa.ko is loaded, too: both backends are at work", expected: "one backend",
        evidence: evidence + ["/sys/module/toa"], fix: ["toa unload, which takes out toa.ko and leaves eBPF"])
    }
    if !EBPFBackend(context.system).isOwn(live) {
      return Outcome(
        .warning, "the programs are of toa \(live.version), this toa (\(toaVersion)) has others",
        expected: "object \(context.system.bpf.objectHash)", evidence: evidence, fix: [context.typedLoad])
    }
    let scope = context.bpf.scope == "/" ? "every process" : "the cgroup \(context.bpf.scope)"
    return Outcome(.ok, "version \(live.version) for \(scope), on \(hooks)", evidence: evidence)
  }

  static let bpfLeftovers = Check(
    "BPF12", .bpf, "leftovers",
    explanation: """
      toa puts a new set of programs beside the old one and then switches over by one write. A run that was killed before leaves the
      new set, one that was killed afterwards the old one: pins below /sys/fs/bpf/toa that do nothing but cost a call of an idle
      program for each connection. What works is never half of something.

      The next load cleans up, connections keep their addresses:
          toa load
      or, where nothing is to work:
          toa unload
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    if let holder = context.system.lockHolder(HostLock.path) {
      return Outcome(.skipped, "process \(holder) is changing it now (ENV08)")
    }
    guard let live = context.bpf.live else {
      guard context.bpf.hasPins else { return Outcome(.ok, "none") }
      // Beside toa.ko either command would be about that.
      let fix =
        context.isLoaded ? "rm -r \(bpfFolder)" : context.bpf.installed == nil ? "toa unload" : "toa load"
      return Outcome(
        .warning, "pins of toa's that do nothing: a run was killed", expected: "no \(bpfFolder)",
        evidence: [bpfFolder], fix: [fix])
    }
    guard live.remains.isEmpty else {
      let count = live.remains.count
      return Outcome(
        .warning, "\(count == 1 ? "a set" : "\(count) sets") of programs that do nothing: a run was killed",
        expected: "generation \(live.generation) alone", evidence: live.remains.map { "\(bpfFolder)/\($0)" },
        fix: [context.typedLoad])
    }
    return Outcome(.ok, "none")
  }
}

private let bpfFolder = EBPFBackend.folder

extension BpfState {
  /// Whether what is at work has the installed settings, with which `toa load` loads.
  fileprivate var isAsInstalled: Bool {
    guard let live else { return false }
    return (installed?.settings ?? EBPFSettings()).bpf(at: "") == EBPFSettings(live.settings, cgroup: scope).bpf(at: "")
  }
}

extension DoctorContext {
  /// The command that loads anew what is at work.
  var typedLoad: String {
    guard let live = bpf.live, !bpf.isAsInstalled else {
      return bpf.installed == nil ? "toa load --backend ebpf" : "toa load"
    }
    let options = EBPFSettings(live.settings, cgroup: bpf.scope).typedOptions
    return Command("toa", ["load", "--backend", "ebpf"] + options).typed
  }

  fileprivate var bpfNotLive: Outcome {
    guard bpf.installed != nil else {
      return Outcome(
        .info, "not in use",
        fix: hasNoModuleSupport && bpf.answer == .possible
          ? [canInstall ? "toa install" : "toa load --backend ebpf"] : [])
    }
    if let skip = unmet(.root) { return skip }
    if isLoaded {
      return Outcome(
        .warning, "installed but not loaded, while toa.ko is at work: at the next boot both are",
        expected: "one backend", evidence: [EBPFSettings.path, "/sys/module/toa"],
        fix: ["toa unload && toa load, which leaves eBPF"]
      )
    }
    if bpf.answer != .possible {
      return Outcome(.skipped, "not loaded, and cannot be before BPF01, BPF02 or BPF05 is mended")
    }
    return Outcome(
      .error, "installed but not loaded", expected: "programs of toa for the cgroup \(bpf.scope)",
      evidence: ["\(bpfFolder)/control is not there, or names no set of programs"],
      fix: ["toa load"] + (system.files.hasSystemd ? ["systemctl status toa-ebpf"] : []),
      repairs: bpf.installed?.settings.map { [.loadEBPF(EBPFLoad(settings: $0, old: nil))] } ?? [])
  }
}
