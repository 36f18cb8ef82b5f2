// SPDX-License-Identifier: Apache-2.0

/// The compilers found on a host.
public struct Toolchain: Sendable, Equatable, Codable {
  /// One compiler that was found and asked who it is.
  public struct Candidate: Sendable, Equatable, Codable {
    /// Absolute path.
    public let path: String
    /// What it answered.
    public let identity: CompilerIdentity
    /// Whether it was named by a general name (gcc, cc, clang) and not by one that holds a version.
    public let isDefault: Bool
    /// Machine that it compiles for (`-dumpmachine`): "x86_64-linux-gnu"; nil when it did not say.
    public let machine: String?

    /// Creates a candidate.
    public init(path: String, identity: CompilerIdentity, isDefault: Bool = false, machine: String? = nil) {
      self.path = path
      self.identity = identity
      self.isDefault = isDefault
      self.machine = machine
    }
  }

  /// Every compiler found, in the order of preference.
  public let candidates: [Candidate]

  /// Creates a toolchain.
  public init(_ candidates: [Candidate]) { self.candidates = candidates }

  /// Names and paths under which a compiler like the kernel's may lie, the most exact first.
  public static func names(for wanted: CompilerIdentity?) -> [String] {
    guard let wanted else { return ["gcc", "cc", "clang"] }
    var names: [String] = []
    if let program = wanted.program, !program.contains("/") { names.append(program) }
    let series = wanted.version.series
    switch wanted.kind {
    case .gcc:
      names += ["gcc-\(series)", "gcc\(series)", "gcc"]
      for collection in wanted.version.softwareCollections {
        names += ["/opt/rh/\(collection)/root/usr/bin/gcc", "/opt/rh/\(collection)/root/bin/gcc"]
      }
      names += ["cc", "clang"]
    case .clang:
      names += ["clang-\(wanted.version.major)", "clang", "/usr/lib/llvm-\(wanted.version.major)/bin/clang", "gcc"]
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// The same for another processor: GCC's names with a prefix; clang compiles for any.
  static func names(for wanted: CompilerIdentity?, prefix: String) -> [String] {
    names(for: wanted).compactMap { name in
      if CompilerIdentity.kind(ofProgram: name) == .clang { return name }
      return name.contains("/") ? nil : prefix + name
    }
  }

  /// The same as a person asked for it: with a prefix for another processor, or without.
  public static func names(for wanted: CompilerIdentity?, crossing prefix: String?) -> [String] {
    prefix.map { names(for: wanted, prefix: $0) } ?? names(for: wanted)
  }

  /// Finds the compilers and asks each for its kind and version; with a `prefix` those for another processor.
  public static func find(
    for wanted: CompilerIdentity?, prefix: String = "", using runner: CommandRunner
  ) async -> Toolchain {
    var found: [Candidate] = []
    for name in prefix.isEmpty ? names(for: wanted) : names(for: wanted, prefix: prefix) {
      if name == "cc" && found.contains(where: { $0.path.hasSuffix("/gcc") }) { continue }
      guard let path = runner.find(name), !found.contains(where: { $0.path == path }) else { continue }
      guard let identity = await ask(path, using: runner) else { continue }
      let machine = try? await runner.run(Command(path, ["-dumpmachine"]))
      found.append(
        Candidate(
          path: path, identity: identity, isDefault: ["gcc", "cc", "clang"].contains(name),
          machine: machine.flatMap { $0.status == 0 && !$0.output.trimmed.isEmpty ? $0.output.trimmed : nil }))
    }
    return Toolchain(found)
  }

  /// Asks one compiler who it is: the first line of `--version`, and for GCC the full number of `-dumpfullversion
  /// -dumpversion` (alone, `-dumpversion` says only "12" since GCC 7).
  public static func ask(_ path: String, using runner: CommandRunner) async -> CompilerIdentity? {
    guard let answer = try? await runner.run(Command(path, ["--version"], environment: ["LC_ALL": "C"])),
      answer.status == 0, let line = answer.output.lines.first?.trimmed
    else { return nil }
    let name = path.split { $0 == "/" }.last.map { String($0) } ?? path
    var identity = CompilerIdentity(parsing: line)
    if identity == nil, let rest = line.after(" (") {
      identity = CompilerIdentity(parsing: "gcc (" + rest).map {
        CompilerIdentity(kind: $0.kind, version: $0.version, program: name, text: line)
      }
    }
    guard var identity, identity.kind == .gcc else { return identity }
    if let numbers = try? await runner.run(Command(path, ["-dumpfullversion", "-dumpversion"])), numbers.status == 0,
      let version = CompilerVersion(parsing: numbers.output.trimmed)
    {
      identity.version = version
    }
    return identity
  }
}
