// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa capture`: what each connection's handshake says of the client.
public struct CaptureVerb: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Watch connections being opened and say what their TCP options tell of the client.",
    discussion: """
      Only headers leave the kernel, and nothing on the host changes. Each connection gets a line with the client that an option \
      names, or the reason why none does. The exit status is 0 when all connections name their client, 2 when some do not, and 77 \
      when none was opened.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Ports of the server (default: all).", valueName: "port"))
  var port: [UInt16] = []

  @Option(name: .long, help: ArgumentHelp("One interface (default: all).", valueName: "name"))
  var interface: String?

  @Option(name: .long, help: ArgumentHelp("End after this time.", valueName: "number"))
  var seconds: Int?

  @Option(name: .long, help: ArgumentHelp("End after so many connections.", valueName: "number"))
  var count: Int?

  @Option(name: .long, help: ArgumentHelp("Also write the headers to a pcap file.", valueName: "file"))
  var pcap: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Read a pcap or pcapng file instead; - is standard input.", valueName: "file"))
  var read: String?

  @Option(name: .long, help: "Judge by this profile (default: that of the loaded TOA).")
  var profile: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Judge by these trusted sources (default: those of the loaded TOA).", valueName: "prefixes"))
  var trust: String?

  /// Creates the verb.
  public init() {}

  /// Refuses what makes no sense together.
  public func validate() throws {
    if let seconds, !(1...86_400).contains(seconds) { throw ValidationError("--seconds takes 1 to 86400") }
    if let count, count < 1 { throw ValidationError("--count takes the number of connections, 1 or more") }
    if port.count > CaptureRequest.maximumPorts {
      throw ValidationError("--port takes at most \(CaptureRequest.maximumPorts) ports")
    }
    if port.contains(0) { throw ValidationError("--port takes 1 to 65535") }
    if read != nil, interface != nil || seconds != nil || pcap != nil {
      throw ValidationError("--read takes no --interface, --seconds or --pcap")
    }
  }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let document = try await CaptureReporter(system, console).run(
      CaptureRequest(
        ports: port, interface: interface, seconds: seconds, count: count, pcap: pcap, read: read, profile: profile,
        trusted: trust))
    console.answer(document)
    return document.missesClients ? .refused : document.sawConnections ? .success : .notApplicable
  }
}
