// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization
import Testing
import Wire

@testable import Capture

/// The kernel's side: a real packet socket on the loopback device. Needs CAP_NET_RAW, as CI has.
struct RunCaptureTests {
  /// A listener on 127.0.0.1, its port, and a connection to it.
  private static func connect(to port: UInt16) -> Int32 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return number
  }

  private static func listen() -> (number: Int32, port: UInt16) {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe bind(number, $0, length)
        _ = unsafe getsockname(number, $0, &length)
      }
    }
    _ = Glibc.listen(number, 8)
    return (number, UInt16(bigEndian: address.sin_port))
  }

  private final class Packets: Sendable {
    let list = Mutex<[CapturedPacket]>([])
    let hasBegun = Mutex(false)
  }

  @Test func `a connection on the loopback device is captured once, others not, and no data leaves the kernel`()
    async throws
  {
    let (listener, port) = Self.listen()
    let (other, otherPort) = Self.listen()
    defer {
      close(listener)
      close(other)
    }
    let packets = Packets()
    try await runCapture(CaptureOptions(ports: [port], interface: "lo", seconds: 20)) { batch in
      packets.list.withLock { $0 += batch.packets }
      let isFirst = packets.hasBegun.withLock { begun in
        defer { begun = true }
        return !begun
      }
      if isFirst {
        let number = Self.connect(to: port)
        close(Self.connect(to: otherPort))
        _ = unsafe send(number, [UInt8](repeating: 65, count: 600), 600, 0)
        close(number)
      }
      return packets.list.withLock { list in
        !list.compactMap(CapturedSegment.init).contains { $0.source.port != port && $0.flags.contains(.fin) }
      }
    }
    let segments = packets.list.withLock { $0 }.compactMap(CapturedSegment.init)
    #expect(segments.filter { $0.flags == .syn }.count == 1)
    #expect(segments.allSatisfy { $0.source.port == port || $0.destination.port == port })
    #expect(segments.map(\.payloadLength).max() == 600)
    #expect(packets.list.withLock { $0 }.allSatisfy { $0.bytes.count <= 128 && $0.time > 1_700_000_000_000_000_000 })
  }

  @Test func `an interface that does not exist is told`() async {
    await #expect(throws: CaptureError.noInterface("toa-none")) {
      try await runCapture(CaptureOptions(interface: "toa-none")) { _ in false }
    }
  }

  @Test(arguments: [0, 1, 2, 64]) func `the kernel takes filters of every size`(count: Int) async throws {
    let options = CaptureOptions(ports: (0..<count).map { UInt16(1000 + $0) }, interface: "lo")
    try await runCapture(options) { _ in false }
  }
}
