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
    let lines = ModprobeConfiguration.read(from: context.system.files).lines(for: ModuleBackend.moduleName)
      .filter { $0.command == "options" }
    let stored = lines.compactMap { line in parameter("trusted", in: line.rest).map { (line, $0) } }.last
    let place = stored.map { "\($0.0.path):\($0.0.number)" }
    guard let trusted = context.isLoaded ? context.live?.trusted : stored?.1 else {
      return context.file == nil
        ? context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
        : Outcome(.ok, "the module's own list: loopback and private ranges")
    }
    var evidence = context.isLoaded ? ["\(ModuleBackend.trustedPath): \(trusted.spaced)"] : []
    if let place, let stored { evidence.append("\(place): trusted=\(stored.1)") }
    if isAny(trusted) {
      return Outcome(
        .warning, "any: whoever reaches a port chooses the address that its application sees",
        expected: "the load balancer's prefixes", evidence: evidence, fix: ["toa install --trust PREFIXES"])
    }
    if context.isLoaded, let stored, !isSame(trusted, stored.1) {
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

/// The value of a parameter in the rest of an options line; double quotes keep blanks together.
private func parameter(_ name: String, in options: String) -> String? {
  KernelCommandLine(parsing: options)[name]
}

private func isAny(_ text: String) -> Bool { (try? TrustList(parsing: text))?.isAny ?? false }

private func isSame(_ left: String, _ right: String) -> Bool {
  if left == right { return true }
  guard let left = try? TrustList(parsing: left), let right = try? TrustList(parsing: right) else { return false }
  return left == right
}
