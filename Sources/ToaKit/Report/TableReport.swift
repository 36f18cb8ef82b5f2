// SPDX-License-Identifier: Apache-2.0

/// What `toa table` answers.
public struct TableDocument: Document {
  /// Shape of the document.
  public let schema = "toa.table/1"
  /// Which backend has them.
  public let backend: OrNull<Backend.Kind>
  /// How many connections have a client address.
  public let total: Int
  /// Those of them that were asked for.
  public let connections: [ClientConnection]
}

/// The verb `table`.
public struct TableReport: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Reads and prints the connections, at most `limit` of them.
  public func show(limit: Int? = nil) throws(ToaError) -> TableDocument {
    let live = try Backend.live(system)
    let own = try live?.connections()
    guard let connections = try own == nil ? ClientConnection.readModule(system) : own else {
      throw ToaError(
        .notApplicable, "there are no connections at \(ClientConnection.modulePath)",
        why: "no TOA is loaded that shows them", next: ["toa load", "toa status"])
    }
    return show(connections, of: live?.kind, limit: limit)
  }

  /// Prints connections, wherever they come from.
  func show(_ connections: [ClientConnection], of backend: Backend.Kind? = nil, limit: Int?) -> TableDocument {
    let shown = Array(connections.prefix(limit ?? .max))
    if !shown.isEmpty {
      var table = Table(["client", "balancer", "local", "option"])
      for connection in shown {
        table.add(
          [connection.client, connection.balancer, connection.local, connection.option ?? "-"].map { Table.Cell($0) })
      }
      for line in table.lines(console) { console.print(line) }
    }
    if connections.isEmpty {
      console.say("No connection has a client address now.")
    } else if shown.count < connections.count {
      console.say("\(shown.count) of \(connections.count) connections; without --limit all are shown.")
    }
    return TableDocument(backend: OrNull(backend), total: connections.count, connections: shown)
  }
}
