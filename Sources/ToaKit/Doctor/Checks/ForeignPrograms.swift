// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

extension Check {
  static let foreignPrograms = Check(
    "BPF05", .bpf, "other programs on the hooks", about: .bpf,
    explanation: """
      Several programs can sit on one hook of a cgroup. They run one after the other: those of a cgroup before those of the cgroups
      above it, and in one cgroup in the order of attaching. The last one to write an address has the last word, so one that was
      attached after toa's, or in a cgroup above, can change what toa wrote.

      A program can also be attached so that it is alone: without BPF_F_ALLOW_MULTI (bpftool: without `multi`). Then the kernel refuses
      toa's on that cgroup with "Operation not permitted", and on those below it, too, unless it may be overridden. There is no way
      around it; its owner has to attach it another way, or the module does the job. Who it is:
          bpftool cgroup tree
          bpftool prog show id NUMBER
      bpftool shows the processes that hold a program, on kernels with BTF; one that was attached and forgotten has none. It is in a
      package of its own (Debian: bpftool). Taking one off that nobody needs:
          bpftool cgroup detach /sys/fs/cgroup sock_ops id NUMBER

      Programs in cgroups below toa's never keep it from working.
      """
  ) { context in
    if let skip = context.unmet(.running, .root, .cgroup) { return skip }
    if let error = context.bpf.placesError {
      return Outcome(
        .skipped, "the kernel does not tell",
        evidence: ["\(error.operation) \(error.subject): \(errorText(error.errno))"]
      )
    }
    let all = context.bpf.foreignPrograms
    let evidence = all.map { "\($0.program.hook.rawValue) of \($0.cgroup): \($0.program.label)\($0.order)" }
    if let (cgroup, program) = context.bpf.exclusive.first {
      return Outcome(
        .error, "\(program.label) holds \(program.hook.rawValue) of \(cgroup) alone: nothing can be attached beside it",
        expected: "programs attached with BPF_F_ALLOW_MULTI", evidence: evidence,
        fix: [
          context.showing(program),
          "if nobody needs it: bpftool cgroup detach \(cgroup) \(program.hook.bpftoolName) id \(program.program)",
        ] + (context.typedSwitch.map { ["or: \($0)"] } ?? []))
    }
    // What Cilium rewrites are sockets that it has translated itself (BPF06).
    if let last = all.first(where: { $0.isLast && $0.program.hook != .sockops && !$0.program.isCilium }) {
      let isAbove = last.cgroup != context.bpf.places.first?.cgroup
      return Outcome(
        .warning, "\(last.program.label) runs after toa on \(last.program.hook.rawValue) and can change the address",
        expected: "toa's programs last", evidence: evidence,
        fix: [
          context.showing(last.program),
          isAbove
            ? "toa load --backend ebpf --cgroup \(last.cgroup)"
            : "toa unload && \(context.typedLoad), which puts toa last",
        ])
    }
    guard !all.isEmpty else { return Outcome(.ok, "none", evidence: context.bpf.places.map(\.cgroup)) }
    let names = all.reduce(into: [String]()) { if !$0.contains($1.program.label) { $0.append($1.program.label) } }
    return Outcome(.info, "\(names.spoken), beside which toa's work", evidence: evidence)
  }
}

/// A program of somebody else on one of toa's hooks.
struct ForeignProgram: Sendable {
  let program: BpfAttachment
  /// The cgroup on which it is.
  let cgroup: String
  /// Whether it runs after toa's.
  let isLast: Bool

  fileprivate var order: String { (isLast ? ", after toa's" : "") + (program.isExclusive ? ", exclusive" : "") }
}

extension BpfState {
  /// The programs of others that are effective where toa's are, or would be.
  var foreignPrograms: [ForeignProgram] {
    guard let here = places.first else { return [] }
    return BpfHook.allCases.flatMap { hook in
      let chain = here.attachments.filter { $0.hook == hook }
      let own = chain.lastIndex(where: \.isOurs)
      return chain.enumerated().filter { !$0.element.isOurs }.map { index, program in
        // What is effective below was attached at the highest place that has it.
        let place = places.last { $0.attachments.contains { $0.program == program.program && $0.hook == hook } }
        return ForeignProgram(
          program: place?.attachments.first { $0.program == program.program && $0.hook == hook } ?? program,
          cgroup: place?.cgroup ?? here.cgroup, isLast: own.map { index > $0 } ?? false)
      }
    }
  }
}

extension BpfAttachment {
  /// Name and number, as bpftool shows them.
  var label: String { "\(name.isEmpty ? "a program without a name" : name) (id \(program))" }

  /// Whether it is one of Cilium's: cil_sock4_getpee…, before Cilium 1.12 sock4_getpeernam….
  var isCilium: Bool { ["cil_", "sock4_", "sock6_"].contains { name.hasPrefix($0) } }
}

extension BpfHook {
  /// The word for the hook that every version of bpftool knows.
  fileprivate var bpftoolName: String { self == .sockops ? "sock_ops" : rawValue }
}

extension DoctorContext {
  fileprivate func showing(_ program: BpfAttachment) -> String {
    let show = "bpftool prog show id \(program.program)"
    let install = facts.distribution.packageManager.map { $0.install(["bpftool"]).typed + " && " } ?? ""
    return (system.run.find("bpftool") == nil ? install : "") + show
  }
}
