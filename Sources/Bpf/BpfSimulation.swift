// SPDX-License-Identifier: Apache-2.0
internal import CBpf
public import Wire

/// A load balancer that is played in the kernel of its clients; it ends with the value.
public struct BpfSimulation: Sendable {
  /// What it has done so far.
  public struct Totals: Sendable, Equatable {
    /// Connections that carry the option.
    public let connections: Int
    /// Connections that do not, as they leave for public addresses.
    public let refused: Int
    /// The last public address.
    public let refusedAddress: IPAddress?
    /// Segments without the option, as their header had no room left.
    public let crowded: Int

    /// Creates the value.
    public init(connections: Int, refused: Int = 0, refusedAddress: IPAddress? = nil, crowded: Int = 0) {
      self.connections = connections
      self.refused = refused
      self.refusedAddress = refusedAddress
      self.crowded = crowded
    }
  }

  /// What it has done so far.
  public let totals: @Sendable () throws(BpfError) -> Totals

  /// Creates the value; whatever `totals` holds lives as long.
  public init(totals: @escaping @Sendable () throws(BpfError) -> Totals) { self.totals = totals }
}

/// The attached program, which the kernel takes away when its link is closed, even by a kill.
final class AttachedSimulation: Sendable {
  private let map: FileDescriptor
  private let link: FileDescriptor

  init(_ object: [UInt8], _ option: TCPOption, inSyn: Bool, _ cgroup: borrowing FileDescriptor) throws(BpfError) {
    let programs = try BpfObject(object, name: "toa_simulate")
    try programs.load()
    let own = try programs.loadedMap("simulation")
    var value = toa_simulation()
    value.in_syn = inSyn ? 1 : 0
    unsafe withUnsafeMutableBytes(of: &value.option) { unsafe $0.copyBytes(from: option.bytes.prefix($0.count)) }
    try own.set(UInt32(0), value)
    map = try FileDescriptor(duplicating: own.descriptor, of: "map simulation")
    link = try programs.link("toa_simulate", to: .sockops, of: cgroup)
  }

  func totals() throws(BpfError) -> BpfSimulation.Totals {
    let now =
      try BpfMap(descriptor: map.number, name: "simulation").value(of: UInt32(0), startingWith: toa_simulation())
      ?? toa_simulation()
    return BpfSimulation.Totals(
      connections: Int(now.simulated), refused: Int(now.refused),
      refusedAddress: now.refused == 0
        ? nil : toa_endpoint(address: now.refused_address, port: 0, reserved: 0).endpoint.address,
      crowded: Int(now.crowded))
  }
}
