// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Where a kernel's module comes from.
enum ModuleOrigin: Sendable, Equatable {
  /// It is compiled here.
  case build(ModuleBuild)
  /// It was compiled elsewhere.
  case repository(ModuleFetch)

  /// The step that brings it.
  var step: Step {
    switch self {
    case .build(let build): .buildModule(build)
    case .repository(let fetch): .fetchModule(fetch)
    }
  }

  /// The file that comes out.
  var module: String {
    switch self {
    case .build(let build): build.module
    case .repository(let fetch): fetch.module
    }
  }

  /// What compiled it, as a person calls it.
  var compilerName: String {
    switch self {
    case .build(let build): build.compilerName
    case .repository(let fetch): fetch.manifest.compiler
    }
  }
}

/// One module that is taken from a repository instead of being built.
public struct ModuleFetch: Sendable, Equatable, Codable {
  /// Folder or address that holds the module and its manifest.
  public var place: String
  /// What the plan read there; nothing else is accepted later.
  public var manifest: ModuleManifest
  /// Folder to put it into; made anew, its content is lost.
  public var folder: String

  /// The module, uncompressed.
  public var module: String { folder + "/toa.ko" }
  /// Whether it comes over the network.
  var isRemote: Bool { place.contains("://") }

  private var source: String { "\(place)/\(manifest.file)" }
  private var fetched: String { "\(folder)/\(manifest.file)" }

  /// What takes the compression away; nil for none.
  private var decompress: Command? { ModuleCompression(file: manifest.file)?.decompression(fetched) }

  /// The commands that a person would type to do the same.
  var typedCommands: [String] {
    [
      isRemote ? Download.file(source, to: fetched, hasCurl: true).typed : "cp \(shellQuoted(source)) \(folder)/",
      "echo '\(manifest.sha256)  \(fetched)' | sha256sum --check",
    ] + (decompress.map { [$0.typed] } ?? [])
  }

  /// Fetches the module, and refuses any other than the one that was planned.
  func run(_ system: System, _ console: Console) async throws(ToaError) {
    do throws(FileError) {
      try system.files.remove(folder)
      try system.files.makeDirectory(folder)
    } catch {
      throw refusal("cannot make \(error.path): \(errorText(error.errno))")
    }
    if isRemote {
      try await download(system, console)
      _ = try await checkedBytes(folder, system)
    } else {
      let bytes = try await checkedBytes(place, system)
      do throws(FileError) {
        try system.files.write(fetched, bytes)
      } catch {
        throw refusal("cannot write \(error.path): \(errorText(error.errno))")
      }
    }
    if let decompress {
      guard let result = try? await system.run.run(decompress) else {
        throw refusal("\(decompress.program) is not installed")
      }
      guard result.status == 0, system.files.isFile(module) else {
        throw refusal("\(decompress.typed) ended with exit status \(result.status)\n\(result.errorOutput)")
      }
    }
    try checkVermagic(system)
    if manifest.signer != nil, let bytes = try? system.files.bytes(module), (try? ModuleSignature(of: bytes)) == nil {
      throw refusal("it carries no signature, whatever its manifest says")
    }
  }

  private func download(_ system: System, _ console: Console) async throws(ToaError) {
    guard let place = system.files.locate(fetched) else { throw refusal("\(fetched) is a loop of links") }
    let command = Download.file(source, to: place, hasCurl: system.run.find("curl") != nil)
    do throws(CommandError) {
      let result = try await system.run.run(command)
      guard result.status == 0 else {
        throw CommandError(command: command, reason: "exit status \(result.status)\n\(result.errorOutput)")
      }
    } catch {
      throw refusal(error.description)
    }
  }

  /// The bytes of the module's file in a folder, when they are those that the manifest speaks of.
  func checkedBytes(_ folder: String, _ system: System) async throws(ToaError) -> [UInt8] {
    let path = "\(folder)/\(manifest.file)"
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try system.files.bytes(path, limit: 64 << 20)
    } catch {
      throw refusal("cannot read \(path): \(errorText(error.errno))")
    }
    guard bytes.count == manifest.size, try await CarriedSources.sha256(of: bytes, system) == manifest.sha256 else {
      throw refusal("\(path) is not the file that its manifest speaks of")
    }
    return bytes
  }

  private func checkVermagic(_ system: System) throws(ToaError) {
    guard let release = system.kernel(ofModule: module) else { throw refusal("\(manifest.file) is no kernel module") }
    guard release == manifest.kernel else { throw refusal("it was built for \(release), whatever its manifest says") }
  }

  private func refusal(_ why: String) -> ToaError {
    ToaError(
      .buildFailed, "cannot take toa.ko for \(manifest.kernel) from \(place)", why: why,
      next: ["toa install  (without --from: builds it here)", "or lay it out again: toa build --layout"])
  }
}

extension ModuleFetch {
  /// A module that lies here, with its manifest beside it; anything that this toa would not have built for that kernel is an error.
  /// It is worked on in a folder of its kernel below `folder`.
  init(module path: String, folder: String, source: String, _ system: System) async throws(ToaError) {
    let path = absolutePath(path)
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let place = String(path.dropLast(name.count + 1))
    let beside = "\(place)/\(ModuleManifest.fileName)"
    guard let manifest = (try? system.files.text(beside)).flatMap(ModuleManifest.read), manifest.file == name else {
      throw ToaError(
        .refused, "\(path) has no manifest", why: "\(beside) is not there, or speaks of another file",
        next: ["take both from where it was built: toa build leaves them beside each other"])
    }
    self.init(place: place, manifest: manifest, folder: "\(folder)/\(manifest.kernel)")
    guard manifest.sourceSha256 == source else {
      throw ToaError(
        .refused, "\(path) was made of the source of another toa than this \(toaVersion)",
        why: "its package would say another version than it is", next: ["build it with this toa: toa build --out DIR"])
    }
    do throws(ToaError) {
      _ = try await checkedBytes(place, system)
    } catch {
      throw ToaError(.refused, "cannot package \(path)", why: error.why, next: ["build it again: toa build --out DIR"])
    }
  }
}
