// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Linux

/// A socket to the rtnetlink of the thread's network namespace.
struct NetlinkSocket: ~Copyable {
  private let descriptor: Descriptor
  private var sequence: UInt32 = 0

  init() throws(SelfTestError) {
    let type = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = Descriptor(try attempt(.openNetlink) { socket(AF_NETLINK, type, NETLINK_ROUTE) })
  }

  /// Sends a request and waits for the kernel's answer, which is there when send(2) returns.
  mutating func perform(_ request: NetlinkRequest, as step: SetupStep) throws(SelfTestError) {
    sequence += 1
    let message = request.bytes(sequence: sequence)
    let number = descriptor.number
    try attempt(step) { Int32(unsafe send(number, message, message.count, 0)) }
    var answer = [UInt8](repeating: 0, count: 4096)
    let capacity = answer.count
    let count = retrying { unsafe recv(number, &answer, capacity, Int32(MSG_DONTWAIT)) }
    guard count >= 20 else { throw SelfTestError(step: step.rawValue, errno: count < 0 ? Glibc.errno : EBADMSG) }
    // struct nlmsghdr (16 bytes), then struct nlmsgerr, which begins with 0 or a negative errno.
    let type = unsafe answer.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: 4, as: UInt16.self) }
    let error = unsafe answer.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
    guard type == UInt16(NLMSG_ERROR) else { throw SelfTestError(step: step.rawValue, errno: EBADMSG) }
    guard error == 0 else { throw SelfTestError(step: step.rawValue, errno: -error) }
  }
}
