// SPDX-License-Identifier: Apache-2.0

extension Check {
  static let architecture = Check(
    "ENV01", .environment, "processor", about: .module,
    explanation: """
      toa.ko reads function arguments from processor registers, so it is made for each kind of processor and tested there: x86_64
      and aarch64.

      On another processor the module does not compile, or was never tried. There is nothing to repair on such a host; ask the
      load balancer's vendor for PROXY protocol, which needs nothing from the kernel.
      """
  ) { context in
    let machine = context.system.identity.machine
    return ["x86_64", "aarch64"].contains(machine)
      ? Outcome(.ok, machine, evidence: ["uname -m: \(machine)"])
      : Outcome(
        .error, "toa.ko is not made for \(machine)", expected: "x86_64 or aarch64", evidence: ["uname -m: \(machine)"],
        fix: ["use a host with one of these processors"])
  }
}
