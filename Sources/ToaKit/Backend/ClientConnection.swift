// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host
internal import Wire

/// A connection that has a client address now: who is at its ends, and who behind the load balancer.
public struct ClientConnection: Sendable, Equatable, Codable {
  /// The client as the option named it: "203.0.113.7:5555", "[2001:db8::7]:5555".
  public var client: String
  /// The load balancer, the peer of the connection.
  public var balancer: String
  /// The server's own end.
  public var local: String
  /// Kind and length of the option: "254/8"; nil where the backend does not keep them.
  public var option: String?
  /// Number of the network namespace, as in /proc/PID/ns/net; nil where the backend does not tell.
  public var netns: UInt64?

  /// Creates a connection.
  public init(client: String, balancer: String, local: String, option: String? = nil, netns: UInt64? = nil) {
    self.client = client
    self.balancer = balancer
    self.local = local
    self.option = option
    self.netns = netns
  }
}

extension ClientConnection {
  /// Where the module shows its table (module-src/uapi/toa.h).
  public static let modulePath = "/proc/net/toa_table"
  private static let moduleHeading = ["client", "balancer", "local", "option", "netns"]

  /// The connections that the loaded module shows: in the initial network namespace those of all, else those of this process's.
  /// Nil when no module shows any table.
  public static func readModule(_ system: System) throws(ToaError) -> [ClientConnection]? {
    var connections: [ClientConnection] = []
    var isHeading = true
    var strange: String?
    do throws(FileError) {
      try system.files.forEachLine(modulePath) { line in
        let line = String(decoding: line, as: UTF8.self)
        if isHeading {
          isHeading = false
          let words = line.split(separator: " ").map(String.init)
          if !words.starts(with: moduleHeading) { strange = strange ?? line }
        } else if let connection = ClientConnection(moduleLine: line) {
          connections.append(connection)
        } else {
          strange = strange ?? line
        }
      }
    } catch {
      // EIO: the module has been unloaded while its file was read.
      if error.errno == ENOENT || error.errno == EIO { return nil }
      throw ToaError(.unexpected, "cannot read \(modulePath)", why: errorText(error.errno), next: ["toa doctor"])
    }
    if isHeading { strange = "nothing" }
    if let strange {
      throw ToaError(
        .conflict, "\(modulePath) has a layout that this toa does not know",
        why: "another TOA module shows it, or another version of this one; it says: \(strange)",
        next: ["toa status", "toa doctor --only MOD"])
    }
    return connections
  }

  /// Reads one line of the module's table; nil when it has another shape. Words after the known ones are for later versions.
  init?(moduleLine line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= Self.moduleHeading.count,
      let client = Endpoint(words[0]), let balancer = Endpoint(words[1]), let local = Endpoint(words[2]),
      let netns = UInt64(words[4])
    else { return nil }
    let option = words[3].split(separator: "/", omittingEmptySubsequences: false).map { UInt8($0) }
    guard option.count == 2, let kind = option[0], let length = option[1] else { return nil }
    self.init(
      client: client.description, balancer: balancer.description, local: local.description,
      option: "\(kind)/\(length)", netns: netns)
  }
}
