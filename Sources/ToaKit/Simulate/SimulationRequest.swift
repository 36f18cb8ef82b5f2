// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// What `toa simulate` is asked for.
public struct SimulationRequest: Sendable {
  /// The client as typed: "203.0.113.7:5555".
  let client: String
  /// Words of a profile; nil for that of the loaded TOA, else `default`.
  let profile: String?
  /// The program with its arguments.
  let command: [String]

  /// Creates the request.
  public init(client: String, profile: String?, command: [String]) {
    self.client = client
    self.profile = profile
    self.command = command
  }

  /// The client that the option names.
  func endpoint() throws(ToaError) -> Endpoint {
    guard let endpoint = Endpoint(client), endpoint.port > 0, endpoint.address.isUsableClient else {
      throw ToaError(
        .usage, "--client \(shellQuoted(client)) is no client",
        why: "it takes an address that a client can have, and a port",
        next: ["toa simulate --client 203.0.113.7:5555 -- …", "toa simulate --client '[2001:db8::7]:5555' -- …"])
    }
    return endpoint
  }

  /// What a balancer of a profile sends for the client.
  static func option(for client: Endpoint, _ profile: Profile) throws(ToaError) -> TCPOption {
    guard let option = profile.options.clientFormats.lazy.compactMap({ $0.option(for: client) }).first else {
      throw ToaError(
        .usage, "the profile \(profile) has no option for \(client)",
        why:
          "its options carry addresses of the other family: \(profile.options.clientFormats.map(\.description).spoken)",
        next: ["name a client of that family, or another profile: --profile default"])
    }
    return option
  }
}
