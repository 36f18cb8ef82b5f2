// SPDX-License-Identifier: Apache-2.0

extension Check {
  static let rights = Check(
    "ENV02", .environment, "rights",
    explanation: """
      Installing, loading and the self-test need root with the capabilities SYS_MODULE (load a module; not for eBPF), SYS_ADMIN and
      NET_ADMIN (a private network with a synthetic load balancer in it). Doctor itself only reads. Without root it leaves out what
      it may not see, and says so at each check: a check that could not look is never called good.

      As a plain user, run it through sudo:
          sudo toa doctor

      Root inside of a container often lacks capabilities. In Kubernetes the pod's securityContext gives them
      (capabilities.add: SYS_MODULE, SYS_ADMIN, NET_ADMIN, or privileged: true); with docker it is --privileged.
      """
  ) { context in
    let identity = context.system.identity
    guard identity.userID == 0 else {
      return Outcome(
        .skipped, "not root: some checks are left out", evidence: ["user id \(identity.userID)"],
        fix: ["sudo toa doctor"])
    }
    let module: [(bit: UInt64, name: String)] =
      context.usesBpf || context.hasNoModuleSupport ? [] : [(16, "SYS_MODULE")]
    let needed = [(12, "NET_ADMIN")] + module + [(21, "SYS_ADMIN")]
    let missing = needed.filter { identity.capabilities >> $0.bit & 1 == 0 }.map { "CAP_\($0.name)" }
    guard missing.isEmpty else {
      return Outcome(
        .info, "root without \(missing.spoken): installing or the self-test is refused",
        evidence: ["CapEff in /proc/self/status: 0x\(String(identity.capabilities, radix: 16))"],
        fix: ["give the container these capabilities, or run toa on the host"])
    }
    return Outcome(.ok, "root with all capabilities that toa needs")
  }
}
