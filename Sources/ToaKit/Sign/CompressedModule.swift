// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A module as it lies on a disk: its bytes, and how the file is compressed.
struct CompressedModule: Sendable {
  /// The module itself.
  var bytes: [UInt8]
  /// How its file is compressed.
  var compression: ModuleCompression

  /// Reads a module's file; what it is compressed with is told by its first bytes, whatever its name is.
  static func read(_ path: String, in folder: SigningFolder, _ system: System) async throws(ToaError)
    -> CompressedModule
  {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try system.files.bytes(path)
    } catch {
      throw ToaError(.refused, "cannot read \(path)", why: errorText(error.errno))
    }
    let compression = ModuleCompression(content: bytes)
    guard compression != .none else { return CompressedModule(bytes: bytes, compression: .none) }
    let copy = try folder.write("unpacked" + compression.ending, bytes, system)
    if let command = compression.decompression(system.located(copy)) {
      try await run(command, "cannot unpack \(path)", system)
    }
    return CompressedModule(bytes: try contents(folder.path + "/unpacked", system), compression: compression)
  }

  /// The bytes of the file that holds the module.
  func packed(in folder: SigningFolder, _ system: System) async throws(ToaError) -> [UInt8] {
    guard compression != .none else { return bytes }
    let copy = try folder.write("packed", bytes, system)
    if let command = compression.command(system.located(copy)) {
      try await Self.run(command, "cannot pack the module", system)
    }
    return try Self.contents(copy + compression.ending, system)
  }

  private static func run(_ command: Command, _ what: String, _ system: System) async throws(ToaError) {
    guard system.run.find(command.program) != nil else {
      throw system.missing(command.program, "the module is compressed with it")
    }
    let result: CommandResult
    do throws(CommandError) {
      result = try await system.run.run(command)
    } catch {
      throw ToaError(.refused, what, why: error.description)
    }
    guard result.status == 0 else {
      throw ToaError(
        .refused, what, why: "\(command.program) ended with exit status \(result.status):\n\(result.errorOutput)")
    }
  }

  /// The bytes of a file.
  static func contents(_ path: String, _ system: System) throws(ToaError) -> [UInt8] {
    do throws(FileError) {
      return try system.files.bytes(path)
    } catch {
      throw ToaError(.refused, "cannot read \(path)", why: errorText(error.errno))
    }
  }
}
