// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A folder that only this process reads and writes, for the files that openssl and sign-file want; gone after `body`.
struct SigningFolder: Sendable {
  let path: String

  /// Makes the folder anew, has `body` work in it and removes it; what a killed run left there is removed first.
  static func use<Value>(
    _ path: String, _ system: System, _ body: (SigningFolder) async throws(ToaError) -> Value
  ) async throws(ToaError) -> Value {
    let folder = SigningFolder(path: path)
    do throws(FileError) {
      try system.files.remove(path)
      try system.files.makeDirectory(path, mode: 0o700)
    } catch {
      throw ToaError(.refused, "cannot make the folder \(path)", why: errorText(error.errno))
    }
    defer { try? system.files.remove(path) }
    return try await body(folder)
  }

  /// Writes a file that others may not read, and returns its path.
  func write(_ name: String, _ bytes: [UInt8], _ system: System) throws(ToaError) -> String {
    let file = path + "/" + name
    do throws(FileError) {
      try system.files.write(file, bytes, mode: 0o600)
    } catch {
      throw ToaError(.refused, "cannot write \(file)", why: errorText(error.errno))
    }
    return file
  }
}
