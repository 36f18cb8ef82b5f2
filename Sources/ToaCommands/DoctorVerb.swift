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
    discussion: """
      Reads only, unless --fix is given. The exit status is 2 when a check found an error. With --capture it also watches connections \
      being opened, and says whether they bring the option.
      """)

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

  @Option(name: .long, help: ArgumentHelp("Also write the findings as JUnit XML.", valueName: "file"))
  var junit: String?

  @Flag(name: .long, help: "List the checks.")
  var list = false

  @Option(name: .long, help: ArgumentHelp("Explain one check.", valueName: "id"))
  var explain: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Say why a server on this port does not see its clients.", valueName: "port"))
  var why: UInt16?

  @Flag(name: .long, help: "Also watch connections being opened.")
  var capture = false

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Ports of the servers behind the load balancer, for --capture and --read.", valueName: "port"))
  var port: [UInt16] = []

  @Option(name: .long, help: ArgumentHelp("How long --capture and --why watch for connections.", valueName: "number"))
  var seconds = 10

  @Option(
    name: .long, help: ArgumentHelp("Look at the connections of a pcap file instead of capturing.", valueName: "file"))
  var read: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write findings, counters, settings and logs into a tar file, without secrets.", valueName: "file"))
  var bundle: String?

  @Flag(name: .long, help: "With --bundle: put names in the place of addresses and of the host's name.")
  var mask = false

  @Flag(name: .long, help: "Mend what can be mended without harm, after showing the plan and asking.")
  var fix = false

  @Flag(name: .long, help: "Examine again and again, until Ctrl-C.")
  var watch = false

  @Option(name: .long, help: ArgumentHelp("How long --watch waits in between.", valueName: "seconds"))
  var interval = 5

  @OptionGroup var change: ChangeOptions

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
    if capture, read != nil || why != nil { throw ValidationError("--capture goes with neither --read nor --why") }
    if capture, root.root != "/" || kernel.kernel != nil {
      throw ValidationError("--capture looks at this host, and takes no --root or --kernel")
    }
    if !port.isEmpty, !capture, read == nil { throw ValidationError("--port goes with --capture or --read") }
    if port.contains(0) || port.count > CaptureRequest.maximumPorts {
      throw ValidationError("--port takes up to \(CaptureRequest.maximumPorts) ports, 1 to 65535")
    }
    if junit != nil, fix || watch || why != nil || list || explain != nil || bundle != nil {
      throw ValidationError("--junit goes with none of --fix, --watch, --why, --list, --explain and --bundle")
    }
    if !(1...3600).contains(seconds) { throw ValidationError("--seconds takes 1 to 3600") }
    if !(1...86400).contains(interval) { throw ValidationError("--interval takes 1 to 86400") }
    if fix, root.root != "/" { throw ValidationError("--fix mends this host, and takes no --root") }
    if (change.dryRun || change.yes) && !fix { throw ValidationError("--dry-run and --yes belong to --fix") }
    if [fix, watch, why != nil, bundle != nil, list, explain != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--fix, --watch, --why, --bundle, --list and --explain exclude each other")
    }
    if capture || read != nil, fix || watch || bundle != nil {
      throw ValidationError("--capture and --read go with none of --fix, --watch and --bundle")
    }
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
    if watch {
      return status(
        try await DoctorWatch(system, console).watch(
          kernel: kernel.kernel, only: only, skip: skip, interval: interval))
    }
    if fix {
      let document = try await DoctorFix(system, console).fix(
        kernel: kernel.kernel, only: only, skip: skip, dryRun: change.dryRun, yes: change.yes)
      console.answer(document)
      return status(document.doctor)
    }
    let request =
      capture
      ? CaptureRequest(ports: port, seconds: seconds) : read.map { CaptureRequest(ports: port, read: $0) }
    let document = try await report.examine(kernel: kernel.kernel, only: only, skip: skip, capture: request)
    console.answer(document)
    if let junit { try report.write(document, toJUnit: junit, failing: bad) }
    return status(document)
  }

  /// Findings that make the exit status 2.
  private var bad: Set<Finding.Status> {
    switch failOn {
    case .error: [.error, .crashed]
    case .warning: [.error, .crashed, .warning]
    case .never: []
    }
  }

  private func status(_ document: DoctorDocument) -> ExitStatus {
    document.findings.contains { bad.contains($0.status) } ? .refused : .success
  }
}
