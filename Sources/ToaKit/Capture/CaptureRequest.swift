// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Wire

/// What `toa capture` is asked for.
public struct CaptureRequest: Sendable {
  /// The server's ports; none means all.
  public var ports: [UInt16]
  /// Name of the interface; nil means all.
  public var interface: String?
  /// Seconds after which it ends; nil means never.
  public var seconds: Int?
  /// Connections after which it ends; nil means never.
  public var count: Int?
  /// A pcap file for the headers of the packets that were looked at.
  public var pcap: String?
  /// A capture file to read instead of capturing; "-" is standard input.
  public var read: String?
  /// The profile to judge by; nil takes that of the loaded TOA.
  public var profile: String?
  /// The trusted prefixes to judge by; nil takes those of the loaded TOA.
  public var trusted: String?

  /// Creates a request.
  public init(
    ports: [UInt16] = [], interface: String? = nil, seconds: Int? = nil, count: Int? = nil, pcap: String? = nil,
    read: String? = nil, profile: String? = nil, trusted: String? = nil
  ) {
    self.ports = ports
    self.interface = interface
    self.seconds = seconds
    self.count = count
    self.pcap = pcap
    self.read = read
    self.profile = profile
    self.trusted = trusted
  }

  /// Most ports of one capture.
  public static let maximumPorts = CaptureOptions.maximumPorts

  /// What to judge by: what was asked for, else what the loaded TOA has, else what it has without being told.
  func judge(_ live: Backend?) throws(ToaError) -> HandshakeJudge {
    let profile = try parsedProfile(profile ?? live?.profile) ?? .standard
    do throws(TrustListError) {
      let trusted = try (self.trusted ?? live?.trusted).map { text throws(TrustListError) in
        try TrustList(parsing: text)
      }
      return HandshakeJudge(profile: profile, trusted: trusted ?? .standard)
    } catch {
      throw ToaError(.usage, "--trust cannot be read", why: "\(error)", next: ["toa capture --trust 203.0.113.0/24"])
    }
  }
}

extension CaptureRequest {
  /// What is said when it begins.
  var announcement: String {
    let all = ports.isEmpty ? "all TCP ports" : "port " + ports.map(String.init).joined(separator: ", ")
    let place = interface.map { " on \($0)" } ?? ""
    let ends = [seconds.map { "\($0) s" }, count.map { "\($0) connections" }].compactMap { $0 }
    return "Watching \(all)\(place)"
      + (ends.isEmpty ? "; Ctrl-C ends it." : " for " + ends.joined(separator: " or ") + ".")
  }
}
