// SPDX-License-Identifier: Apache-2.0
import Testing
import ToaCommands
import ToaKit

/// What one run of the command line showed.
struct Screen: Sendable, Equatable {
  var status: Int32
  var out: String
  var err: String

  /// Runs `toa` with these arguments on a host, which keeps what happens to it.
  static func of(_ arguments: String, on host: FakeHost) async -> Screen {
    await of(arguments, host.system, host.transcript)
  }

  /// Runs `toa` with these arguments on a system that writes into a transcript.
  static func of(_ arguments: String, _ system: System, _ transcript: Transcript) async -> Screen {
    let before = (transcript.out.utf8.count, transcript.err.utf8.count)
    let status = await runToa(arguments.split(separator: " ").map(String.init)) { _ in system }
    return Screen(
      status: status, out: String(decoding: transcript.out.utf8.dropFirst(before.0), as: UTF8.self),
      err: String(decoding: transcript.err.utf8.dropFirst(before.1), as: UTF8.self))
  }

  /// Runs `toa` where nothing may be asked of the machine.
  static func of(_ arguments: String) async -> Screen {
    let transcript = Transcript()
    return await of(arguments, System.untouched().with(transcript), transcript)
  }
}
