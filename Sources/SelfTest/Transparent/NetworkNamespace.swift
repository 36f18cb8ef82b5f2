// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Linux

/// A network namespace, which lives as long as this handle and what was started in it. Threads enter it one by one.
final class NetworkNamespace: Sendable {
  private let descriptor: Descriptor

  /// Makes a new one and moves the calling thread into it.
  init() throws(SelfTestError) {
    let unshared = clinux_unshare(clinux_CLONE_NEWNET)
    guard unshared == 0 else { throw SelfTestError(step: SetupStep.makeNamespace.rawValue, errno: -unshared) }
    // Not /proc/self, which is the program's first thread.
    let number = try attempt(.keepNamespace) { unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC) }
    descriptor = Descriptor(number)
  }

  /// Its descriptor, for rtnetlink.
  var number: Int32 { descriptor.number }

  /// Where other programs of this host find it, as nsenter(1) takes it for --net.
  var path: String { "/proc/\(getpid())/fd/\(descriptor.number)" }

  /// Moves the calling thread into it.
  func enter() throws(SelfTestError) {
    let entered = clinux_setns(descriptor.number, clinux_CLONE_NEWNET)
    guard entered == 0 else { throw SelfTestError(step: SetupStep.enterNamespace.rawValue, errno: -entered) }
  }
}
