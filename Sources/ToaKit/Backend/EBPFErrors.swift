// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Glibc
internal import Host

extension EBPFBackend {
  /// What a failed load means. `exclusive` is a program of others that allows none beside it.
  func explain(_ error: BpfError, exclusive: BpfAttachment?) -> ToaError {
    let what = "cannot load the eBPF programs"
    let step = "\(error.operation) \(error.subject): \(errorText(error.errno))"
    let log = error.log.suffix(4).map { "\n" + $0 }.joined()
    if let exclusive, error.errno == EPERM { return ToaError.exclusive(exclusive) }
    switch error.errno {
    case EPERM: return notPermitted(what, step)
    // The verifier says EACCES, too, but never without a word.
    case EACCES where error.operation != "load" || error.log.isEmpty: return notPermitted(what, step)
    case ENOSYS, EINVAL, EOPNOTSUPP, ENOTSUP, ENODEV:
      return ToaError(
        .notApplicable, "this kernel's eBPF does not suffice",
        why: error.errno == ENOSYS
          ? "it was built without the bpf system call"
          : "it does not know what the programs need (Linux 5.10 has all of it): \(step)\(log)",
        next: ["toa doctor --only BPF", "toa install --backend module"])
    case ENOENT where error.operation == "open" || error.operation == "attach":
      return ToaError(.loadFailed, what, why: "the cgroup has gone: \(step)", next: ["run the same command again"])
    default:
      return ToaError(.loadFailed, what, why: step + log, next: ["toa doctor --only BPF", "dmesg | tail"])
    }
  }

  /// What it means that our pins cannot be read.
  func reading(_ error: BpfError) -> ToaError {
    let isRight = error.errno == EPERM || error.errno == EACCES
    return ToaError(
      isRight ? .refused : .unexpected, "cannot look at the eBPF programs",
      why: isRight && system.identity.userID != 0
        ? "only root may do that" : "\(error.operation) \(error.subject): \(errorText(error.errno))",
      next: isRight && system.identity.userID != 0 ? ["sudo toa …"] : ["toa doctor --only BPF"])
  }

  private func notPermitted(_ what: String, _ step: String) -> ToaError {
    guard system.identity.userID == 0 else {
      return ToaError(.loadFailed, what, why: "only root may do that", next: ["sudo toa load --backend ebpf"])
    }
    let missing = system.identity.missingForBpf
    guard missing.isEmpty else {
      return ToaError(
        .loadFailed, what, why: "this process lacks \(missing.joined(separator: ", "))",
        next: ["run it as root on the host, not in a container"])
    }
    return ToaError(
      .notApplicable, "bpf(2) is forbidden here",
      why:
        "\(step)\nThe process has every right: a seccomp filter or a security module refuses, as in most containers.",
      next: ["run toa on the host, not in a container", "toa doctor --only BPF"])
  }
}

extension Identity {
  /// Names of the capabilities that loading and attaching need and that are missing; CAP_SYS_ADMIN stands for the newer two.
  var missingForBpf: [String] {
    func has(_ number: Int) -> Bool { capabilities & (1 << UInt64(number)) != 0 }
    let netAdmin = 12
    let sysAdmin = 21
    let others = [(38, "CAP_PERFMON"), (39, "CAP_BPF")].filter { !has($0.0) && !has(sysAdmin) }.map(\.1)
    return (has(netAdmin) ? [] : ["CAP_NET_ADMIN"]) + others
  }
}

extension ToaError {
  /// A program that allows none beside it sits on one of our hooks.
  static func exclusive(_ program: BpfAttachment) -> ToaError {
    ToaError(
      .conflict, "another program owns the hook \(program.hook.rawValue)",
      why: "\(program.name.isEmpty ? "a program without a name" : program.name) (id \(program.program)) "
        + "is attached there without BPF_F_ALLOW_MULTI, so the kernel lets no other one beside it",
      next: [
        "see whose it is: bpftool prog show id \(program.program)",
        "have its owner attach it with BPF_F_ALLOW_MULTI, or use the module: toa install --backend module",
      ])
  }

  /// Both backends at once would answer every question twice.
  static func otherBackend(_ live: Backend, wanted: Backend.Kind) -> ToaError {
    ToaError(
      .conflict, "\(live.name) is loaded", why: "with \(wanted.title) beside it, applications would be answered twice",
      next: ["toa unload", "then run the same command again"])
  }
}
