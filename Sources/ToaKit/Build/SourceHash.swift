// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension CarriedSources {
  /// SHA-256 over the carried module source, paths and contents in path order, as 64 hexadecimal digits.
  static func sha256(_ system: System) async throws(ToaError) -> String {
    var input: [UInt8] = []
    for file in moduleSource.sorted(by: { $0.path < $1.path }) {
      input += Array("\(file.path)\n\(file.bytes.count)\n".utf8) + file.bytes
    }
    return try await sha256(of: input, system)
  }

  /// SHA-256 of bytes as 64 hexadecimal digits.
  static func sha256(of input: [UInt8], _ system: System) async throws(ToaError) -> String {
    do throws(CommandError) {
      let result = try await system.run.run(Command("sha256sum", ["-"], input: input))
      if let hash = result.output.split(separator: " ").first, hash.count == 64 { return String(hash) }
      throw CommandError(command: Command("sha256sum"), reason: "exit status \(result.status)")
    } catch {
      throw ToaError(
        .unexpected, "cannot hash a file", why: error.description, next: ["apt-get install coreutils"])
    }
  }
}
