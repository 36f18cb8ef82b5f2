// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa doctor`: say why applications do not see the client.
public struct DoctorVerb: Verb {
  /// Which findings make the exit status 2.
  enum FailOn: String, ExpressibleByArgument, CaseIterable {
    case error, warning, never
  }

  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what keeps TOA from working here, and the command that mends it.",
    discussion: "Reads only. The exit status is 2 when a check found an error.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var root: RootOption
  @OptionGroup var kernel: KernelOption

  @Option(
    name: .long, parsing: .upToNextOption, help: ArgumentHelp("Run only these checks or groups.", valueName: "id"))
  var only: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption, help: ArgumentHelp("Leave these checks or groups out.", valueName: "id"))
  var skip: [String] = []

  @Option(name: .customLong("fail-on"), help: "Least severe finding that makes the exit status 2.")
  var failOn = FailOn.error

  @Flag(name: .long, help: "List the checks.")
  var list = false

  @Option(name: .long, help: ArgumentHelp("Explain one check.", valueName: "id"))
  var explain: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Say why a server on this port does not see its clients.", valueName: "port"))
  var why: UInt16?

  @Option(name: .long, help: ArgumentHelp("How long --why watches for connections.", valueName: "number"))
  var seconds = 10

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write findings, counters, settings and logs into a tar file, without secrets.", valueName: "file"))
  var bundle: String?

  @Flag(name: .long, help: "With --bundle: put names in the place of addresses and of the host's name.")
  var mask = false

  /// Creates the verb.
  public init() {}

  /// Refuses what makes no sense together.
  public func validate() throws {
    if why == 0 { throw ValidationError("--why takes a port, 1 to 65535") }
    if why != nil, root.root != "/" || kernel.kernel != nil {
      throw ValidationError("--why looks at this host, and takes no --root or --kernel")
    }
    if mask, bundle == nil { throw ValidationError("--mask goes with --bundle FILE") }
    if bundle != nil, root.root != "/" { throw ValidationError("--bundle looks at this host, and takes no --root") }
    if !(1...3600).contains(seconds) { throw ValidationError("--seconds takes 1 to 3600") }
  }

  /// The file tree to look at.
  public var rootFolder: String { root.root }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let report = DoctorReport(system, console)
    if let explain {
      try report.explain(explain)
      return .success
    }
    if list {
      report.list()
      return .success
    }
    if let why {
      let document = try await WhyReport(system, console).explain(port: why, seconds: seconds)
      console.answer(document)
      guard document.isDecided else { return .notApplicable }
      return document.owner.value == nil ? .success : .refused
    }
    if let bundle {
      console.answer(
        try await SupportBundle(system, console).write(to: bundle, masked: mask, kernel: kernel.kernel))
      return .success
    }
    let document = try await report.examine(kernel: kernel.kernel, only: only, skip: skip)
    console.answer(document)
    let bad: Set<Finding.Status> =
      switch failOn {
      case .error: [.error, .crashed]
      case .warning: [.error, .crashed, .warning]
      case .never: []
      }
    return document.findings.contains { bad.contains($0.status) } ? .refused : .success
  }
}
