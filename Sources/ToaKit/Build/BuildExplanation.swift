// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What `toa build --explain` answers: what was found, what would be used and why, and what is missing.
public struct BuildExplanation: Document {
  /// One place that says what built the kernel.
  public struct Statement: Encodable, Sendable {
    /// The file or command.
    public let place: String
    /// The compiler named there, as written.
    public let compiler: String
    /// Whether it is the one that counts.
    public let counts: Bool
  }

  /// One compiler that was found.
  public struct Candidate: Encodable, Sendable {
    /// Absolute path.
    public let path: String
    /// "gcc 12.2.0".
    public let compiler: String
    /// What it compiles for, as it says itself.
    public let machine: String?
    /// What became of it: "chosen", or why not.
    public let verdict: String
  }

  /// One thing that a build needs and that is not there.
  public struct Missing: Encodable, Sendable {
    /// What.
    public let what: String
    /// Why it counts as missing.
    public let why: String
    /// What to type on this distribution.
    public let next: [String]
  }

  /// Shape of the document.
  public let schema = "toa.build-explanation/1"
  /// Kernel release.
  public let kernel: String
  /// Whether it runs.
  public let runs: Bool
  /// "vanilla" or "tlinux".
  public let flavor: String
  /// The package that owns the kernel; nil when none does.
  public let package: String?
  /// The distribution's name for people.
  public let distribution: String
  /// Where the headers lie; nil when they are not there.
  public let headers: String?
  /// The release that the headers are for, as they say.
  public let headersRelease: String?
  /// The file with the kernel's configuration; nil when none can be read.
  public let config: String?
  /// Who says what built the kernel, the one that counts first.
  public let builtBy: [Statement]
  /// GCC plugins of the kernel, which load into one build of the compiler only.
  public let plugins: [String]
  /// Names and paths at which compilers were looked for.
  public let lookedFor: [String]
  /// Every compiler found.
  public let compilers: [Candidate]
  /// Absolute path of the compiler that would be used; nil when none serves.
  public let compiler: String?
  /// The decision as a sentence.
  public let reason: String
  /// The command that would build; nil when something is missing.
  public let command: String?
  /// Variables of the environment that would change a build and are left out of it.
  public let environment: [String]
  /// What is missing.
  public let missing: [Missing]
  /// What a folder has of the packages that are missing; nil where none was named.
  public let offline: Offline?

  /// What a folder of packages has.
  public struct Offline: Encodable, Sendable {
    /// The folder.
    public let folder: String
    /// Files in it that would be installed, dependencies too.
    public let files: [String]
    /// What it lacks, and why that is needed.
    public let missing: [String]
  }
}

extension HostFacts {
  /// What became of a compiler in the choice.
  func verdict(on candidate: Toolchain.Candidate) -> String {
    if candidate == choice.chosen, choice.isUsable { return "chosen" }
    guard candidate.compiles(for: processor) else { return "for another processor" }
    guard let wanted = choice.wanted else { return "not the first" }
    if candidate.identity.kind != wanted.kind { return "not \(wanted.kind.rawValue)" }
    guard candidate.identity.version.isSameSeries(as: wanted.version) else {
      return candidate.identity.version < wanted.version ? "an older series" : "a newer series"
    }
    if choice.problem == .pluginsNeedSameBuild { return "another build, which the kernel's plugins do not load into" }
    return "the same series; another one is nearer"
  }
}

/// Prints an explanation.
struct BuildExplanationText: Sendable {
  let explanation: BuildExplanation
  let console: Console

  /// Columns of the headings.
  private static let width = 12

  /// A line with its colour.
  private typealias Line = (text: String, style: Console.Style?)

  func show() {
    let it = explanation
    block(
      "kernel",
      [
        ("\(it.kernel), \(it.flavor)" + (it.runs ? ", runs" : ", does not run"), nil),
        ("\(it.distribution); " + (it.package.map { "package \($0)" } ?? "no package owns the kernel"), nil),
      ])
    var headers: [Line] = [it.headers.map { ($0, nil) } ?? ("none", .bad)]
    if let release = it.headersRelease, release != it.kernel { headers.append(("of \(release), another kernel", .bad)) }
    if !it.plugins.isEmpty { headers.append(("GCC plugins: \(it.plugins.joined(separator: ", "))", nil)) }
    block("headers", headers)
    block("config", [it.config.map { ($0, nil) } ?? ("none that can be read", .warning)])
    block("built with", builtWith)
    block("compilers", compilers)
    block("because", console.wrapped(it.reason, indent: Self.width).map { ($0, nil) })
    if !it.environment.isEmpty {
      block(
        "left out",
        [
          (it.environment.joined(separator: " "), nil),
          ("variables of the environment that would change a build", .faint),
        ])
    }
    for missing in it.missing {
      block(
        "missing",
        [(missing.what, .bad)] + console.wrapped(missing.why, indent: Self.width).map { ($0, nil) }
          + missing.next.map { ("-> \($0)", nil) })
    }
    if let offline = it.offline {
      block("offline", offline.files.map { ($0, nil) } + offline.missing.map { ($0, .bad) })
    }
    if let command = it.command { block("build", [("# \(command)", .good)]) }
  }

  private var builtWith: [Line] {
    guard !explanation.builtBy.isEmpty else { return [("nothing says it", .warning)] }
    var table = Table()
    for statement in explanation.builtBy {
      table.add(["\(statement.place)", Table.Cell(statement.compiler, statement.counts ? .strong : .faint)])
    }
    return table.lines(console).map { ($0, nil) }
  }

  private var compilers: [Line] {
    var table = Table()
    for candidate in explanation.compilers {
      let verdict = Table.Cell(candidate.verdict, candidate.verdict == "chosen" ? .good : .faint)
      table.add(["\(candidate.path)", "\(candidate.compiler)", verdict])
    }
    let found: [Line] = explanation.compilers.isEmpty ? [("none found", .bad)] : table.lines(console).map { ($0, nil) }
    let names = "looked for " + explanation.lookedFor.joined(separator: " ")
    return found + console.wrapped(names, indent: Self.width).map { ($0, .faint) }
  }

  private func block(_ name: String, _ lines: [Line]) {
    for (index, line) in lines.enumerated() {
      let heading = index == 0 ? console.styled(name, .strong) : ""
      let padding = String(repeating: " ", count: Self.width - (index == 0 ? name.count : 0))
      console.print(heading + padding + (line.style.map { console.styled(line.text, $0) } ?? line.text))
    }
  }
}
