// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let parameters = Check(
    "MOD15", .module, "trusted prefixes", about: .module,
    explanation: """
      The module believes an address only when the packet comes from a trusted prefix: by default loopback, private and shared ranges,
      from which load balancers send. With `any` everybody who reaches the port can choose the address that the application sees,
      and with it get past address lists, rate limits and audit logs. Name the load balancer's prefixes instead:
          toa install --trust 203.0.113.0/24,10.0.0.0/8

      The value in the kernel (/sys/module/toa/parameters/trusted) can be changed while it runs. When it differs from what modprobe.d
      says, the next boot goes back to modprobe.d. Install with the value that is wanted, so that both are the same.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let stored = context.storedParameters("trusted").last
    guard let trusted = context.isLoaded ? context.live?.trusted : stored?.value else {
      return context.file == nil
        ? context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
        : Outcome(.ok, "the module's own list: loopback and private ranges")
    }
    var evidence = context.isLoaded ? ["\(LiveModule.path("trusted")): \(trusted.spaced)"] : []
    if let stored { evidence.append("\(stored.place): trusted=\(stored.value)") }
    if isAny(trusted) {
      return Outcome(
        .warning, "any: whoever reaches a port chooses the address that its application sees",
        expected: "the load balancer's prefixes", evidence: evidence, fix: ["toa install --trust PREFIXES"])
    }
    if context.isLoaded, let stored, !isSame(trusted, stored.value) {
      return Outcome(
        .warning, "the kernel's list differs from modprobe.d, which holds again after a reboot",
        expected: "the same list in both", evidence: evidence, fix: ["toa install --trust \(shellQuoted(trusted))"])
    }
    if context.isLoaded, stored == nil, context.file != nil, !isSame(trusted, TrustList.standard.description) {
      return Outcome(
        .info, "\(trusted.spaced), until the next boot", evidence: evidence,
        fix: ["toa install --trust \(shellQuoted(trusted))"])
    }
    return Outcome(.ok, trusted.spaced, evidence: evidence)
  }
}

private func isAny(_ text: String) -> Bool { (try? TrustList(parsing: text))?.isAny ?? false }

private func isSame(_ left: String, _ right: String) -> Bool {
  if left == right { return true }
  guard let left = try? TrustList(parsing: left), let right = try? TrustList(parsing: right) else { return false }
  return left == right
}
