// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// One compilation of the carried module source: for which kernel, against which headers, with which compiler, where.
public struct ModuleBuild: Sendable, Equatable, Codable {
  /// Kernel release.
  public var kernel: String
  /// Folder of the kernel's headers.
  public var headers: String
  /// Where their Makefile is, when they were unpacked elsewhere than it says; nil for all others.
  public var commonHeaders: String?
  /// Absolute path of the compiler.
  public var compiler: String
  /// The compiler as a person calls it: "gcc-12 12.2.0".
  public var compilerName: String
  /// Whether the kernel was built with clang and wants LLVM's tools throughout.
  public var isClang: Bool
  /// What make gets of LLVM's tools; nil for GCC, and in plans of the first versions.
  public var llvm: [String]?
  /// For another processor than this machine's; nil builds natively.
  public var cross: CrossCompilation?
  /// Folder to build in; made anew, its content is lost.
  public var folder: String

  /// The file that comes out.
  public var module: String { folder + "/toa.ko" }
  /// Everything that make printed.
  public var log: String { folder + "/build.log" }

  /// The program that strips it: the target's.
  var strip: String {
    guard isClang else { return (cross?.prefix ?? "") + "strip" }
    let words = llvm ?? ["LLVM=1"]
    if let named = words.first(where: { $0.hasPrefix("STRIP=") }) { return String(named.dropFirst("STRIP=".count)) }
    // "LLVM=1", "LLVM=-18", "LLVM=/usr/lib/llvm-18/bin/"; without it GNU's tools are meant.
    guard let llvm = words.first(where: { $0.hasPrefix("LLVM=") })?.dropFirst("LLVM=".count) else { return "strip" }
    if llvm.hasSuffix("/") { return llvm + "llvm-strip" }
    return llvm.hasPrefix("-") ? "llvm-strip" + llvm : "llvm-strip"
  }

  /// The build as a person would type it.
  var make: Command {
    Command(
      "make",
      (commonHeaders.map { ["-C", $0, "O=\(headers)"] } ?? ["-C", headers]) + ["M=\(folder)"]
        + (isClang ? llvm ?? ["LLVM=1"] : ["CC=\(compiler)"]) + (cross?.words ?? []) + ["modules"],
      // The build ID is made of the debugging information, too: without this it would tell one folder from another.
      // Where this time is set, Kbuild (since 6.12) has pahole write BTF in one order, and not as its threads come to an end; nothing
      // else of a module is made of it.
      environment: [
        "LC_ALL": "C", "KCFLAGS": "-fdebug-prefix-map=\(folder)=.", "KBUILD_BUILD_TIMESTAMP": "@0",
      ],
      unsetEnvironment: BuildEnvironment.poison)
  }

  /// Copies the source, compiles it and checks what came out.
  ///
  /// With `keepsLog`, make's output also goes where it outlives the build folder.
  func run(_ system: System, _ console: Console, keepsLog: Bool) async throws(ToaError) {
    try copySource(system.files)
    let progress = Progress(console, "compiling")
    let result: CommandResult
    do throws(CommandError) {
      result = try await system.run.stream(make) { line in
        console.detail(line)
        progress.show(line.replacing(folder + "/", with: ""))
      }
    } catch {
      progress.end()
      throw ToaError(
        .buildFailed, "cannot build toa.ko for \(kernel)", why: error.description, next: ["apt-get install make"])
    }
    progress.end()
    let log = keepLog(result.output, system.files, lasting: keepsLog)
    try refuseIfCancelled()
    guard result.status == 0, system.files.isFile(module) else { throw explain(result, log) }
    // modpost only warns about a symbol that nothing exports; the load would then fail.
    let undefined = result.output.split(separator: "\n").filter { $0.contains("undefined!") }
    guard undefined.isEmpty else {
      throw ToaError(
        .buildFailed, "toa.ko for \(kernel) would not load",
        why: "the kernel does not export what it needs:\n" + undefined.joined(separator: "\n"), next: ["see \(log)"])
    }
    try checkVermagic(system)
  }

  /// The files of a build that a failed or finished one leaves for reading.
  public static func logPath(_ kernel: String) -> String { "/var/log/toa/build-\(kernel).log" }

  private func copySource(_ files: FileRoot) throws(ToaError) {
    do throws(FileError) {
      try files.remove(folder)
      try files.makeDirectory(folder)
      for file in CarriedSources.moduleSource {
        let path = folder + "/" + file.path
        try files.makeDirectory(above: path)
        try files.write(path, file.bytes, mode: file.path.hasSuffix(".sh") ? 0o755 : 0o644)
      }
    } catch {
      throw ToaError(
        .buildFailed, "cannot put the module's source into \(folder)", why: errorText(error.errno),
        next: ["make room there or name another folder, then run the same command again"])
    }
  }

  /// Keeps make's output beside the build and, when `lasting`, where it outlives a rollback; returns the path that stays.
  private func keepLog(_ output: String, _ files: FileRoot, lasting: Bool) -> String {
    let bytes = Array((output + "\n").utf8)
    try? files.write(log, bytes)
    guard lasting else { return log }
    let lasting = Self.logPath(kernel)
    do throws(FileError) {
      try files.makeDirectory("/var/log/toa")
      try files.write(lasting, bytes)
      return lasting
    } catch {
      return log
    }
  }

  private func explain(_ result: CommandResult, _ log: String) -> ToaError {
    let lines = result.output.split(separator: "\n").map(String.init)
    let errors = lines.filter { $0.contains("error:") || $0.contains("rror: ") || $0.contains("*** ") }
    let shown = errors.isEmpty ? lines.suffix(5).map { $0 } : Array(errors.prefix(5))
    // What a compiler of another series says to the flags of the kernel's own.
    let isToolchain = errors.contains {
      $0.contains("unrecognized command-line option") || $0.contains("incompatible gcc/plugin versions")
    }
    return ToaError(
      isToolchain ? .toolchainMismatch : .buildFailed, "cannot build toa.ko for \(kernel) with \(compilerName)",
      why: (["make ended with exit status \(result.status):"] + shown).joined(separator: "\n"),
      next: ["see \(log)", "toa doctor --only HDR CC"])
  }

  private func checkVermagic(_ system: System) throws(ToaError) {
    guard let release = system.kernel(ofModule: module) else { return }
    guard release == kernel else {
      throw ToaError(
        .headersMissing, "toa.ko was built for \(release), not for \(kernel)",
        why: "the headers in \(headers) are of another kernel", next: ["toa doctor --only HDR"])
    }
  }
}
