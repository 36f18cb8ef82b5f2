// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Wire

extension Check {
  static let bpfTrust = Check(
    "BPF14", .bpf, "trusted prefixes", about: .bpf,
    explanation: """
      An address is believed only when the packet comes from a trusted prefix: by default loopback, private and shared ranges, from
      which load balancers send. With `any` everybody who reaches the port can choose the address that the application sees, and with
      it get past address lists, rate limits and audit logs. Name the load balancer's prefixes instead:
          toa install --trust 203.0.113.0/24,10.0.0.0/8

      The package keeps them in /usr/lib/toa/ebpf.json. A list given to `toa load` holds until the next boot only.
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard let trusted = context.bpf.live?.settings.trusted ?? context.bpf.installed?.settings?.trustList else {
      return Outcome(.skipped, "eBPF is not in use")
    }
    let stored = context.bpf.installed?.settings?.trustList
    let evidence =
      (context.bpf.live.map { ["at work: \($0.settings.trusted.description.spaced)"] } ?? [])
      + (stored.map { ["\(EBPFSettings.path): \($0.description.spaced)"] } ?? [])
    if trusted.isAny {
      return Outcome(
        .warning, "any: whoever reaches a port chooses the address that its application sees",
        expected: "the load balancer's prefixes", evidence: evidence, fix: ["toa install --trust PREFIXES"])
    }
    if context.bpf.live != nil, let stored, stored != trusted {
      return Outcome(
        .warning, "the list at work differs from the installed one, which holds again after a reboot",
        expected: "the same list in both", evidence: evidence,
        fix: ["toa install --trust \(shellQuoted(trusted.description))", "or go back to the installed one: toa load"])
    }
    return Outcome(.ok, trusted.description.spaced, evidence: evidence)
  }
}
