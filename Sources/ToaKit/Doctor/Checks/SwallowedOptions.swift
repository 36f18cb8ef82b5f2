// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let swallowedOptions = Check(
    "MOD18", .module, "options in swallowed ACKs", about: .module,
    explanation: """
      A server that sets TCP_DEFER_ACCEPT (nginx: `listen ... deferred`, Apache: AcceptFilter) is woken by the first data. The kernel then
      drops the bare ACK that ends the handshake, and makes the socket from the data segment that follows. A load balancer that puts
      the client's address into that ACK alone has said it to nobody. toa.ko counts connections of trusted peers that came so and
      stayed without a client as `deferred_lost`; applications see the load balancer there.

      With `deferred` in its profile the module reads the ACK before the kernel drops it, which costs a look at each segment of an open
      handshake:
          toa install --profile default,deferred

      Or let the server do without:
          grep -rn deferred /etc/nginx
      """
  ) { context in
    let profile: Profile
    switch context.loadedProfile {
    case .failure(let unmet): return unmet.outcome
    case .success(let loaded): profile = loaded
    }
    guard let counters = Counters.read(context.system), let lost = counters["deferred_lost"] else {
      return Outcome(.skipped, "\(Counters.path) does not count them")
    }
    let evidence = ["\(Counters.path): deferred_lost \(lost) since the module was loaded"]
    let connections = "\(lost) connection\(lost == 1 ? "" : "s")"
    guard lost > 0 else { return Outcome(.ok, "none lost", evidence: evidence) }
    guard !profile.behaviours.contains(.deferred) else {
      return Outcome(
        .info, "\(connections) without a client; the profile has `deferred`: their ACKs named none, or came before it",
        evidence: evidence + ["\(Counters.path): deferred_option \(counters["deferred_option"] ?? 0)"])
    }
    let change = profile.typedChange(adding: Profile.Behaviour.deferred.rawValue)
    return Outcome(
      .warning, "\(connections) without a client: TCP_DEFER_ACCEPT swallowed the ACK that may have named one",
      expected: "`deferred` in the profile", evidence: evidence,
      fix: [change.install, "until the next boot: \(change.load)"])
  }
}
