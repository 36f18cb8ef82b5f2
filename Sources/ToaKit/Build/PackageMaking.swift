// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension PackagePlan {
  /// Lays the package out and has the format's own program make it.
  func run(_ system: System) async throws {
    try system.files.remove(folder)
    for file in files {
      try system.files.makeDirectory(above: file.path)
      if let target = file.link {
        try system.files.makeLink(file.path, to: target)
      } else {
        try system.files.write(file.path, file.bytes, mode: file.mode)
      }
    }
    for command in commands {
      let result = try await system.run.run(command)
      guard result.status == 0 else {
        throw ToaError(
          .buildFailed, "cannot make \(output)",
          why: "\(command.program) ended with exit status \(result.status):\n\(result.errorOutput)",
          next: ["run it by hand: \(command.typedWithVariables)"])
      }
    }
    try system.files.remove(folder)
  }
}
