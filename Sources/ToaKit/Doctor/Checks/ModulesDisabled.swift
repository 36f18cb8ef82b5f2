// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let modulesDisabled = Check(
    "SIG04", .signature, "loading switched on", about: .module,
    explanation: """
      kernel.modules_disabled=1 ends all loading and unloading of modules until the next boot. It can be set, never unset. Hardening
      guides and some services set it at the end of the boot.

      Find the line that sets it, take it out, and reboot. When modules are to be switched off, do it after toa.ko has been loaded;
      toa then works, but cannot be updated or removed without a reboot:
          grep -rs modules_disabled /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d /etc/systemd/system
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running) { return skip }
    let path = "/proc/sys/kernel/modules_disabled"
    guard context.facts.signing.modulesDisabled else { return Outcome(.ok, "yes", evidence: [path]) }
    if context.isLoaded {
      return Outcome(.info, "off until the next boot; toa.ko is loaded already", evidence: ["\(path): 1"])
    }
    return Outcome(
      .error, "no module can be loaded until the next boot", expected: "kernel.modules_disabled = 0",
      evidence: ["\(path): 1"],
      fix: ["grep -rs modules_disabled /etc/sysctl.conf /etc/sysctl.d, take the line out", "reboot"])
  }
}
