// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Linux

/// A TUN device in the thread's network namespace: what is written here, the kernel receives as an IP packet, and what the
/// kernel sends through the device is read here. It lives as long as the descriptor.
struct TunDevice: ~Copyable {
  private let descriptor: Descriptor
  /// The device's number in its namespace.
  let index: UInt32
  /// Gets each packet that crosses, in either direction.
  private let tap: ((RecordedPacket) -> Void)?

  init(name: String, tap: ((RecordedPacket) -> Void)? = nil) throws(SelfTestError) {
    // The namespace of the device is that of the thread at the time of open(2).
    let number = try attempt(.openTun) { unsafe open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK) }
    let descriptor = Descriptor(number)
    var request = unsafe ifreq()
    unsafe withUnsafeMutableBytes(of: &request.ifr_ifrn.ifrn_name) { field in
      unsafe field.copyBytes(from: name.utf8.prefix(field.count - 1))
    }
    unsafe request.ifr_ifru.ifru_flags = Int16(IFF_TUN | IFF_NO_PI)
    try attempt(.makeTun) { unsafe ioctl(number, clinux_TUNSETIFF, &request) }
    let index = unsafe if_nametoindex(name)
    guard index != 0 else { throw SelfTestError(step: SetupStep.makeTun.rawValue, errno: Glibc.errno) }
    self.descriptor = descriptor
    self.index = index
    self.tap = tap
  }

  /// Hands one packet to the kernel. False when it was not taken whole.
  func write(_ packet: [UInt8]) -> Bool {
    tap?(RecordedPacket(now: packet))
    let number = descriptor.number
    return retrying { unsafe Glibc.write(number, packet, packet.count) } == packet.count
  }

  /// The next packet that the kernel sends; nil when none came before the deadline.
  func read(before deadline: Deadline) -> [UInt8]? {
    guard descriptor.waitUntilReadable(before: deadline) else { return nil }
    let number = descriptor.number
    var buffer = [UInt8](repeating: 0, count: 2048)
    let capacity = buffer.count
    let count = retrying { unsafe Glibc.read(number, &buffer, capacity) }
    guard count > 0 else { return nil }
    let packet = Array(buffer[..<count])
    tap?(RecordedPacket(now: packet))
    return packet
  }
}
