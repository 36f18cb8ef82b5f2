// SPDX-License-Identifier: Apache-2.0

/// Why a case could not be run to the end.
enum CaseFailure: Error, Equatable, CustomStringConvertible {
  /// Nothing happened in time: what was waited for.
  case timeout(String)
  /// A system call failed: which, and the errno.
  case system(String, Int32)
  /// The kernel answered the load balancer with a reset.
  case reset
  /// The kernel answered the SYN and did not take its data.
  case dataNotTaken
  /// The TUN device did not take a packet: errno.
  case notSent(Int32)

  /// One clause.
  var description: String {
    switch self {
    case .timeout(let what): "\(what) within the time of the case"
    case .system(let call, let errno): "\(call) failed with errno \(errno)"
    case .reset: "the kernel answered with a reset"
    case .dataNotTaken: "the kernel took no data from the SYN"
    case .notSent(let errno): "the TUN device did not take a packet (errno \(errno))"
    }
  }
}
