// SPDX-License-Identifier: Apache-2.0

/// What became of the clients' addresses while connections were watched, by the counters of the backend: of all connections of this
/// host, not of one port alone.
struct AddressUse: Sendable, Equatable {
  /// Connections of which TOA took a client.
  let taken: UInt64
  /// Answers to accept(2) and getpeername(2) with a client.
  let answers: UInt64
  /// Answers to the vendors' getsockopt(2) calls.
  let calls: UInt64
  /// Questions that an IPv4 socket has no room to answer, as the client has an IPv6 address.
  let bypassed: UInt64

  /// From the totals of the counters before and after.
  init(_ before: [String: UInt64], _ after: [String: UInt64]) {
    func counted(_ name: String) -> UInt64 { (after[name] ?? 0) &- (before[name] ?? 0) }
    taken = counted("syn_recv_sock_toa") &+ counted("late_option")
    answers = counted("getname_toa_ok")
    calls = counted("getsockopt_ok")
    bypassed = counted("getname_toa_bypass")
  }

  /// Why applications do not see clients whose option arrived; nil when they do.
  var cause: WhyCause? {
    if taken == 0 { return .notCovered }
    if answers + calls > 0 { return nil }
    return bypassed > 0 ? .nat64 : .notAsked
  }

  /// The same for people.
  var asked: String { "\(answers) answers by accept() and getpeername(), \(calls) by getsockopt()" }
}

extension WhyCause {
  static let nat64Sentence =
    "clients have IPv6 addresses, and the application listens with an IPv4 socket, which cannot hold them"
  static let nat64Next = ["listen on [::], or ask by getsockopt(fd, IPPROTO_IP, 4096, ...)"]
  static let notAskedSentence =
    "addresses are there, and no application asked for one by accept(), getpeername() or getsockopt()"
  static let notAskedNext = [
    "does it log a header instead (X-Forwarded-For), or an address that it keeps from elsewhere?"
  ]

  /// What to do where options arrive, and the backend does not see their connections.
  static func notCoveredNext(_ kind: Backend.Kind) -> [String] {
    kind == .ebpf
      ? ["toa doctor --only BPF13", "toa load --backend ebpf, which covers every process"]
      : ["toa doctor --only MOD", "is the server's traffic handled by the kernel (no DPDK, no gVisor)?"]
  }
}
