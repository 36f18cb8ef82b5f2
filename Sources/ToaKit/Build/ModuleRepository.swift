// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Built modules for many kernels below one folder or address: RELEASE/ARCHITECTURE/{toa.ko, toa.ko.json}, as
/// `toa build --layout` lays them out.
struct ModuleRepository: Sendable, Equatable {
  /// What a repository has for a kernel.
  enum Offer: Sendable, Equatable {
    /// A module that is for this kernel and of this toa's source.
    case module(ModuleFetch)
    /// None that can be taken, and why.
    case unfit([String])
  }

  /// Absolute path or http(s) address, without a slash at its end.
  let location: String

  /// Takes a folder, seen from the current one, or an address.
  init(_ text: String) throws(ToaError) {
    let end = text.lastIndex { $0 != "/" } ?? text.startIndex
    let trimmed = text.isEmpty ? "" : String(text[...end])
    if trimmed.contains("://") {
      guard trimmed.hasPrefix("https://") || trimmed.hasPrefix("http://") else {
        throw ToaError(
          .usage, "--from \(shellQuoted(text)) is no repository of modules",
          why: "it is a folder or begins with https:// or http://", next: ["mount it and name the folder"])
      }
      location = trimmed
    } else {
      location = absolutePath(trimmed)
    }
  }

  /// The one that an installation was given last; nil where none was, or toa has been uninstalled since.
  static func recorded(in files: FileRoot) -> ModuleRepository? {
    let plan = Journal(files).entries().last { $0.isCommitted && $0.plan.repository != nil }?.plan
    return plan?.repository.flatMap { try? ModuleRepository($0) }
  }

  /// Where the module of a kernel lies below a repository.
  static func folder(_ kernel: String, _ architecture: String) -> String { "\(kernel)/\(architecture)" }

  /// What it has for a kernel; every reason against the module is named.
  func offer(for facts: HostFacts, _ system: System) async throws(ToaError) -> Offer {
    let kernel = facts.target.text
    let architecture = facts.architecture(system)
    let place = "\(location)/\(Self.folder(kernel, architecture))"
    let path = "\(place)/\(ModuleManifest.fileName)"
    let text: String
    switch try await read(path, system) {
    case .success(let found): text = found
    case .failure(let reason): return .unfit([reason.text])
    }
    guard let manifest = ModuleManifest.read(text) else { return .unfit(["\(path) is no manifest of a module"]) }
    var reasons: [String] = []
    if manifest.kernel != kernel { reasons.append("it is for kernel \(manifest.kernel)") }
    if manifest.architecture != architecture { reasons.append("it is for \(manifest.architecture)") }
    if manifest.sourceSha256 != (try await CarriedSources.sha256(system)) {
      reasons.append("it was made of the source of another toa than this \(toaVersion)")
    }
    let config = try await facts.configSha256(system)
    if config == nil {
      reasons.append("nothing here tells this kernel's configuration, so that it cannot be compared")
    } else if manifest.configSha256 != config {
      reasons.append("it was built for another configuration than \(facts.config?.source ?? "this kernel's")")
    }
    let fetch = ModuleFetch(place: place, manifest: manifest, folder: Journal.folder + "/build/" + kernel)
    if reasons.isEmpty, !fetch.isRemote {
      do throws(ToaError) { _ = try await fetch.checkedBytes(place, system) } catch { reasons.append(error.why) }
    }
    return reasons.isEmpty ? .module(fetch) : .unfit(reasons)
  }

  private struct Reason: Error { var text: String }

  private func read(_ path: String, _ system: System) async throws(ToaError) -> Result<String, Reason> {
    guard location.contains("://") else {
      do throws(FileError) {
        return .success(try system.files.text(path))
      } catch {
        return .failure(Reason(text: "cannot read \(path): \(errorText(error.errno))"))
      }
    }
    let command = try Download.text(path, system)
    guard let result = try? await system.run.run(command) else {
      return .failure(Reason(text: "cannot run \(command.program)"))
    }
    guard result.status == 0 else {
      let said = result.errorOutput.split(separator: "\n").last.map { ": \($0)" } ?? ""
      return .failure(Reason(text: "cannot fetch \(path)\(said)"))
    }
    return .success(result.output)
  }
}

/// Fetching by curl(1) or wget(1), whichever is there: toa itself speaks no TLS.
enum Download {
  /// Writes what an address has to standard output.
  static func text(_ address: String, _ system: System) throws(ToaError) -> Command {
    if system.run.find("curl") != nil {
      return Command("curl", curl + ["--max-filesize", "1048576", address])
    }
    try requireWget(address, system)
    return Command("wget", wget + ["-O", "-", address])
  }

  /// Writes what an address has to a file.
  static func file(_ address: String, to path: String, hasCurl: Bool) -> Command {
    hasCurl
      ? Command("curl", curl + ["--max-filesize", "67108864", "--output", path, address])
      : Command("wget", wget + ["-O", path, address])
  }

  private static let curl = ["--fail", "--silent", "--show-error", "--location", "--max-time", "120"]
  // What busybox's wget knows too.
  private static let wget = ["-q", "-T", "30"]

  private static func requireWget(_ address: String, _ system: System) throws(ToaError) {
    guard system.run.find("wget") == nil else { return }
    throw ToaError(
      .unexpected, "cannot fetch \(address)", why: "neither curl nor wget is installed",
      next: ["apt-get install curl", "or mount the repository and name its folder"])
  }
}
