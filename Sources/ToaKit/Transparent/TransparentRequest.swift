// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What `toa tproxy enable` is asked; nil keeps what is enabled, and is chosen where nothing is.
public struct TransparentRequest: Sendable {
  /// The servers' ports as they were typed: "8080,8443", or "any".
  public var ports: String?
  /// The interfaces on which answers arrive as they were typed: "eth1,eth2", or "any".
  public var interfaces: String?
  /// The mark as it was typed: "0x40" or "64".
  public var mark: String?
  /// The route table's number.
  public var table: UInt32?
  /// What marks the packets.
  public var filter: TransparentSettings.PacketFilter?
  /// Whether it ends with the next boot.
  public var isRuntime: Bool
  /// Whether only the plan is wanted.
  public var dryRun: Bool
  /// Whether nobody is to be asked.
  public var yes: Bool

  /// Creates a request.
  public init(
    ports: String? = nil, interfaces: String? = nil, mark: String? = nil, table: UInt32? = nil,
    filter: TransparentSettings.PacketFilter? = nil, isRuntime: Bool = false, dryRun: Bool = false, yes: Bool = false
  ) {
    self.ports = ports
    self.interfaces = interfaces
    self.mark = mark
    self.table = table
    self.filter = filter
    self.isRuntime = isRuntime
    self.dryRun = dryRun
    self.yes = yes
  }
}

extension TransparentRequest {
  /// The ports in rising order, without those that come twice; none is all of them.
  func portList() throws(ToaError) -> [UInt16]? {
    guard let ports else { return nil }
    guard ports != "any" else { return [] }
    let numbers = ports.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) ?? 0 }
    guard !numbers.contains(0) else {
      throw ToaError(
        .usage, "--port \(shellQuoted(ports)) is no list of ports",
        next: ["toa tproxy enable --port 8080,8443", "or: --port any"])
    }
    return Set(numbers).sorted()
  }

  /// The names of the interfaces in order; none is all of them.
  func interfaceList() throws(ToaError) -> [String]? {
    guard let interfaces else { return nil }
    guard interfaces != "any" else { return [] }
    let names = interfaces.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy(TransparentSettings.isInterfaceName) else {
      throw ToaError(
        .usage, "--interface \(shellQuoted(interfaces)) is no list of interfaces",
        next: ["toa tproxy enable --interface eth1,eth2", "or: --interface any"])
    }
    return Set(names).sorted()
  }

  /// The mark as a number.
  func markNumber() throws(ToaError) -> UInt32? {
    guard let mark else { return nil }
    guard let number = MarkText.number(mark), number != 0 else {
      throw ToaError(
        .usage, "--mark \(shellQuoted(mark)) is no mark", why: "it is a number from 1 to 0xffffffff",
        next: ["toa tproxy enable --mark 0x40"])
    }
    return number
  }
}
