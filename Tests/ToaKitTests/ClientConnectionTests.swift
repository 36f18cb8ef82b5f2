// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

/// The module's table of connections, read line by line.
struct ClientConnectionTests {
  static let heading = "client                balancer              local                 option  netns\n"

  private func read(_ text: String) throws -> [ClientConnection]? {
    let tree = try TestTree([ClientConnection.modulePath: text])
    return try ClientConnection.readModule(System.untouched().with(files: tree.root))
  }

  @Test func `a line gives the three ends, the option and the namespace`() throws {
    let lines = """
      203.0.113.7:5555      10.0.0.2:40000        10.0.0.1:443          254/8   4026531840
      [2001:db8::7]:1       [fe80::200:5efe:192.0.2.1]:2 [fd00::1]:65535  253/20  1

      """
    #expect(
      try read(Self.heading + lines) == [
        ClientConnection(
          client: "203.0.113.7:5555", balancer: "10.0.0.2:40000", local: "10.0.0.1:443", option: "254/8",
          netns: 4_026_531_840),
        // As the kernel writes the last, %pI6c has an IPv4 address inside an ISATAP one.
        ClientConnection(
          client: "[2001:db8::7]:1", balancer: "[fe80::200:5efe:c000:201]:2", local: "[fd00::1]:65535",
          option: "253/20", netns: 1),
      ])
  }

  @Test func `a heading alone is an empty table, and no file is none`() throws {
    #expect(try read(Self.heading) == [])
    #expect(try ClientConnection.readModule(System.untouched().with(files: TestTree().root)) == nil)
  }

  @Test func `a later version may say more`() throws {
    let text = "client balancer local option netns cookie\n1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 254/8 3 77\n"
    #expect(
      try read(text) == [
        ClientConnection(client: "1.2.3.4:5", balancer: "10.0.0.2:1", local: "10.0.0.1:2", option: "254/8", netns: 3)
      ])
  }

  @Test(arguments: [
    "1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 254/8", "1.2.3.4 10.0.0.2:1 10.0.0.1:2 254/8 3",
    "1.2.3.4:5 10.0.0.2:65536 10.0.0.1:2 254/8 3", "1.2.3.4:5 10.0.0.2:1 fd00::1:2 254/8 3",
    "1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 254 3", "1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 256/8 3",
    "1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 254/8/1 3", "1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 254/8 x", "",
  ])
  func `a line of another shape is refused, not left out`(line: String) throws {
    let good = "1.2.3.4:5 10.0.0.2:1 10.0.0.1:2 254/8 3\n"
    let error = #expect(throws: ToaError.self) { try read(Self.heading + good + line + "\n" + good) }
    #expect(error?.status == .conflict)
    if !line.isEmpty { #expect(error?.why.hasSuffix("it says: \(line)") == true) }
  }

  @Test(arguments: ["", "\n", "sip dip\n", "balancer client local option netns\n"])
  func `another module's table is named as that`(text: String) throws {
    #expect(throws: ToaError.self) { try read(text) }
  }

  @Test func `a table longer than any buffer is read whole`() throws {
    let count = 200_000
    let lines = (0..<count).map { number in
      "10.\(number >> 16).\(number >> 8 & 255).\(number & 255):7 10.0.0.2:1 10.0.0.1:2 254/8 3\n"
    }
    let connections = try #require(try read(Self.heading + lines.joined()))
    #expect(connections.count == count)
    #expect(connections.last?.client == "10.3.13.63:7")
  }
}
