// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let hookInUse = Check(
    "MOD20", .module, "hook in use", about: .module,
    explanation: """
      toa.ko redirects functions by ftrace where it can, and goes on with return probes (kretprobes) where it cannot: because a live patch
      or another module has the functions, because ftrace refused, or because somebody asked with hook=kretprobe. Return probes give
      the same addresses and cost more for each connection. There is a fixed number of them: when more calls are on their way at one
      time the rest go unseen, those connections show the load balancer, and `kretprobe_missed` counts them.

      The kernel's log says why, and loading anew tries ftrace first:
          dmesg | grep TOA
          grep -rs hook= /etc/modprobe.d /usr/lib/modprobe.d
          toa unload && toa load
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running, .loaded) { return skip }
    let path = LiveModule.path("hook")
    guard context.live?.hook == "kretprobe" else {
      return Outcome(.ok, context.live?.hook ?? "unknown", evidence: [path])
    }
    var evidence = ["\(path): kretprobe"]
    let options = ["DYNAMIC_FTRACE_WITH_ARGS", "DYNAMIC_FTRACE_WITH_REGS"]
    let option = options.first { context.facts.config?.isEnabled($0) == true }
    if let option, let config = context.facts.config { evidence.append("\(config.source): CONFIG_\(option)=y") }
    let asked = context.storedParameters("hook").last.flatMap { $0.value == "kretprobe" ? $0 : nil }
    if let asked { evidence.append("\(asked.place): hook=kretprobe") }
    let patches = context.system.files.list("/sys/kernel/livepatch")
    evidence += patches.map { "/sys/kernel/livepatch/\($0)" }
    // Tried again, ftrace would be refused again.
    let isTaken = !patches.isEmpty
    let again =
      asked.map { "take hook=kretprobe out of \($0.line?.path ?? $0.place), then: toa unload && toa load" }
      ?? "toa unload && toa load"

    if let missed = Counters.read(context.system)?["kretprobe_missed"], missed > 0 {
      let change = option == nil || isTaken ? context.insteadOfProbes : [again]
      return Outcome(
        .warning, "\(missed) call\(missed == 1 ? "" : "s") went unseen by the return probes",
        expected: "ftrace, which misses none", evidence: evidence + ["\(Counters.path): kretprobe_missed \(missed)"],
        fix: change)
    }
    guard option != nil else { return Outcome(.ok, "kretprobe; this kernel has no redirection", evidence: evidence) }
    if isTaken { return Outcome(.info, "kretprobe, as a live patch has functions of this kernel", evidence: evidence) }
    if let asked {
      let asker = asked.line == nil ? asked.place : "modprobe.d"
      return Outcome(.info, "kretprobe, as \(asker) asks; ftrace costs less", evidence: evidence, fix: [again])
    }
    return Outcome(
      .warning, "kretprobe, although this kernel has redirection", expected: "ftrace", evidence: evidence,
      fix: ["dmesg | grep 'TOA: kretprobes'", again])
  }
}

extension DoctorContext {
  /// What to type where the kernel gives no redirection.
  fileprivate var insteadOfProbes: [String] {
    bpf.answer == .possible
      ? ["toa uninstall && toa install --backend ebpf, which has no such limit"]
      : ["toa debug on, and see whose connections they are", "report it: dmesg | grep TOA, toa stats --json"]
  }
}
