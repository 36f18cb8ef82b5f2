// SPDX-License-Identifier: Apache-2.0
public import Host

/// What becomes of a built module before it is packaged: stripped of debugging information, then signed, then compressed, as each
/// changes the bytes that the next one works on.
public struct ModuleFinish: Sendable, Equatable, Codable {
  /// The module as it was built; it is changed in place.
  public var module: String
  /// The program that strips it; nil leaves it.
  public var strip: String?
  /// How it is signed; nil leaves it unsigned.
  public var signing: ModuleSigning?
  /// How it is compressed.
  public var compression: ModuleCompression

  /// Creates the value.
  public init(module: String, strip: String?, signing: ModuleSigning? = nil, compression: ModuleCompression) {
    self.module = module
    self.strip = strip
    self.signing = signing
    self.compression = compression
  }

  /// The file that comes out.
  public var output: String {
    module + compression.ending
  }

  /// What is done, as the plan says it.
  var title: String {
    let done = [strip.map { _ in "strip" }, signing.map { _ in "sign" }, compression == .none ? nil : "compress"]
    let how = compression == .none ? "" : " with \(compression.rawValue), as the kernel's own modules are"
    let words = done.compactMap(\.self)
    return "\(words.isEmpty ? "keep" : words.spoken) toa.ko\(how)"
  }

  /// The commands that a person would type to do the same.
  var typedCommands: [String] {
    [stripping?.typed, signing?.typed(module), compression.command(module)?.typed].compactMap(\.self)
  }

  /// Whether anything is done: a module that came signed and is not to be compressed stays as it is.
  var changesModule: Bool { !typedCommands.isEmpty }

  private var stripping: Command? { strip.map { Command($0, ["-g", module]) } }

  /// Does it; returns the path of the finished file.
  func run(_ system: System, _ console: Console) async throws(ToaError) -> String {
    if let stripping { try await system.finish(module, stripping, package: "binutils") }
    try await signing?.sign(module, system, console)
    if let command = compression.command(module) {
      try await system.finish(module, command, package: compression.package)
    }
    return output
  }
}

extension ModuleCompression {
  /// The compression of a kernel's own modules, where this host has the program for it. An uncompressed module works with each.
  static func usable(for facts: HostFacts, _ system: System) -> ModuleCompression {
    let wanted = detect(for: facts.target.text, in: system.files, config: facts.config)
    guard let command = wanted.command("") else { return .none }
    return system.run.find(command.program) == nil ? .none : wanted
  }

  /// The package that brings its program.
  fileprivate var package: String { self == .xz ? "xz-utils" : command("")?.program ?? "" }
}

extension HostFacts {
  /// What this host's packages are files of.
  var packageFormat: PackageFormat { distribution.packageManager?.format ?? .deb }
}

extension System {
  /// Runs a command that changes a module, and says what is to be done where it fails.
  fileprivate func finish(_ module: String, _ command: Command, package: String) async throws(ToaError) {
    let what = "cannot finish \(module)"
    do throws(CommandError) {
      let result = try await run.run(command)
      guard result.status != 0 else { return }
      throw CommandError(
        command: command, reason: "exit status \(result.status)\n\(result.output)\(result.errorOutput)")
    } catch {
      throw ToaError(
        .buildFailed, what, why: error.description,
        next: run.find(command.program) == nil
          ? ["install \(package), then run the same command again"] : ["run it by hand: \(command.typed)"])
    }
  }
}
