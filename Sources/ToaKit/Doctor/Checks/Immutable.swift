// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let immutable = Check(
    "ENV06", .environment, "changeable system",
    explanation: """
      On image-based systems (Fedora CoreOS and other ostree systems, Flatcar, Bottlerocket, Talos, SLE Micro) /usr is replaced as a
      whole with every update, or cannot be written at all. A module that is built and installed in place would be refused now or
      lost later.

      eBPF programs need no file: `toa load --backend ebpf` has them work until the next boot, and a start-up line of one's own at every
      boot.

      Or put the module into the image: build it for the image's kernel on another machine, and add it the way the system adds
      kernel modules (a layered package, a system extension, a derived container image):
          toa build --kernel RELEASE --out DIR
      """
  ) { context in
    guard let immutable = context.facts.immutable else { return Outcome(.ok, "files can be changed in place") }
    if context.bpf.live == nil, context.bpf.answer == .possible, !context.hasModule {
      return Outcome(
        .warning, "\(immutable.mechanism): files cannot be changed in place; eBPF works here until the next boot",
        evidence: [immutable.evidence], fix: ["toa load --backend ebpf", immutable.advice])
    }
    return Outcome(
      context.hasModule || context.bpf.live != nil ? .info : .error,
      "\(immutable.mechanism): files cannot be changed in place",
      evidence: [immutable.evidence],
      fix: [immutable.advice, "toa build --kernel \(context.kernel) --out DIR, and put toa.ko into the image"])
  }
}
