// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let sandbox = Check(
    "ENV05", .environment, "whose kernel", about: .module,
    explanation: """
      Some environments give a Linux system a kernel that no package of its distribution brings: WSL (Microsoft's kernel), OpenVZ
      (the host's kernel, shared), gVisor (a program that imitates a kernel), Firecracker and Kata (a small kernel from outside).
      The distribution then has no headers for it.

      Under gVisor and OpenVZ a guest can load nothing: run toa on the host. For WSL and microVMs build the module where their
      kernel is built, against that kernel's tree, and load it by hand:
          toa build --kernel RELEASE --out DIR
          insmod DIR/toa.ko
      """
  ) { context in
    guard let sandbox = context.facts.sandbox else { return Outcome(.ok, "no sign of a foreign kernel") }
    let evidence = [sandbox.evidence]
    let name =
      switch sandbox.kind {
      case .wsl: "Microsoft's kernel for WSL"
      case .openVZ: "the shared kernel of an OpenVZ host"
      case .gVisor: "gVisor, which only imitates a kernel"
      case .microVM: "the kernel of a microVM, given from outside"
      }
    if context.isLoaded || context.hasNoModuleSupport { return Outcome(.info, name, evidence: evidence) }
    switch sandbox.kind {
    case .openVZ, .gVisor:
      return Outcome(
        .error, "\(name): nothing can be loaded from inside", evidence: evidence, fix: ["run toa on the host"])
    case .wsl, .microVM:
      return Outcome(
        .warning, "\(name): the distribution has no headers for it", evidence: evidence,
        fix: ["build toa.ko where this kernel is built: toa build --kernel \(context.kernel) --out DIR"])
    }
  }
}
