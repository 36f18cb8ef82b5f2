// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux

/// The self-test could not be set up: which step, and the errno.
public struct SelfTestError: Error, Sendable, Equatable {
  /// The step as a verb phrase: "make a network namespace".
  public let step: String
  /// Positive errno.
  public let errno: Int32

  /// Creates the error.
  public init(step: String, errno: Int32) {
    self.step = step
    self.errno = errno
  }

  /// No thread could be started.
  init(_ error: ThreadError) { self.init(step: SetupStep.startThread.rawValue, errno: error.errno) }

  /// Whether there is no TUN driver to open: its module is not loaded and did not load by itself, or the device node is
  /// missing. `modprobe tun` is the remedy.
  public var isTunMissing: Bool { step == SetupStep.openTun.rawValue && [ENOENT, ENODEV, ENXIO].contains(errno) }

  /// Whether CAP_SYS_ADMIN or CAP_NET_ADMIN is missing: the self-test needs root.
  public var isRightMissing: Bool { errno == EPERM || errno == EACCES }
}

/// What has to be there before the first connection, in this order.
enum SetupStep: String {
  case startThread = "start a thread"
  case makeNamespace = "make a network namespace"
  case keepNamespace = "keep a network namespace"
  case enterNamespace = "enter a network namespace"
  case openNetlink = "open a netlink socket"
  case raiseLoopback = "bring the loopback device up"
  case openTun = "open /dev/net/tun"
  case makeTun = "make a TUN device"
  case raiseTun = "bring the TUN device up"
  case addAddress = "give the TUN device an IPv4 address"
  case addRoute = "route IPv4 through the TUN device"
  case addAddressV6 = "give the TUN device an IPv6 address"
  case makePair = "make a pair of virtual interfaces (veth)"
  case raisePair = "bring a virtual interface up"
  case addPairAddress = "give a virtual interface an address"
  case addPairRoute = "route through a virtual interface"
}

/// Repeats a system call that was interrupted; -1 becomes an error of that step.
@discardableResult
func attempt(_ step: SetupStep, _ call: () -> Int32) throws(SelfTestError) -> Int32 {
  let result = retrying(call)
  guard result >= 0 else { throw SelfTestError(step: step.rawValue, errno: Glibc.errno) }
  return result
}
