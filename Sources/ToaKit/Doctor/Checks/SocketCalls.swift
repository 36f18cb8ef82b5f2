// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let socketCalls = Check(
    "MOD17", .module, "vendors' socket calls", about: .module,
    explanation: """
      Some vendors' applications ask for the client by getsockopt(IPPROTO_IP, 4096) or 1345, which an IPv4 socket can answer with an IPv6
      client. The kernel gives each number to one module. Where another one, mostly a load balancer vendor's, has it already, toa.ko
      loads all the same and does not answer that call: applications get the other module's answer, which knows nothing of what
      toa.ko has read. The kernel's log says "TOA: getsockopt 1345 belongs to another module".

      Unload the other module, and load toa.ko again:
          lsmod
          rmmod NAME
          toa unload && toa load

      Or, where nobody asks by that call, take it out of the profile:
          toa install --profile default,-1345
      """
  ) { context in
    let profile: Profile
    switch context.loadedProfile {
    case .failure(let unmet): return unmet.outcome
    case .success(let loaded): profile = loaded
    }
    guard !profile.socketCalls.isEmpty else { return Outcome(.ok, "none is in the profile") }
    let answered = (context.live?.socketCalls ?? []).map(String.init)
    let wanted = profile.sortedSocketCalls.map(\.description)
    let evidence = [
      "\(LiveModule.path("profile")): \(profile)",
      "\(LiveModule.path("getsockopt")): \(answered.isEmpty ? "none" : answered.spoken)",
    ]
    let missing = wanted.filter { !answered.contains($0) }
    guard !missing.isEmpty else { return Outcome(.ok, "\(wanted.spoken) answered", evidence: evidence) }
    let others = context.facts.otherTOA.traces.filter { $0.references != nil && $0.name != ModuleBackend.moduleName }
    let owner = others.first?.name
    let change = profile.typedChange(adding: missing.map { "-" + $0 }.joined(separator: ","))
    return Outcome(
      .warning,
      "\(missing.spoken) \(missing.count == 1 ? "belongs" : "belong") to \(owner ?? "another module"), which answers instead",
      expected: "\(wanted.spoken) answered by toa.ko", evidence: evidence + others.map { "\($0.evidence): \($0.name)" },
      fix: ["rmmod \(owner ?? "NAME") && toa unload && toa load", "or, where nobody asks so: \(change.install)"])
  }
}
