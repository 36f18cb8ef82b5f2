// SPDX-License-Identifier: Apache-2.0
internal import Host

/// depmod(8), and whether it did what it is for.
enum Depmod {
  static func command(_ kernel: String) -> Command {
    Command("depmod", ["-a", kernel], environment: ["LC_ALL": "C.UTF-8"])
  }

  /// Writes the index of a kernel's modules anew.
  static func run(_ kernel: String, _ system: System) async throws(ToaError) {
    let command = command(kernel)
    do throws(CommandError) {
      let result = try await system.run.run(command)
      guard result.status == 0 else {
        throw CommandError(
          command: command, reason: "exit status \(result.status)\n\(result.output)\(result.errorOutput)")
      }
    } catch {
      throw ToaError(
        .unexpected, "depmod failed for kernel \(kernel)", why: error.reason,
        next: ["run it by hand: \(command.typed)"])
    }
  }

  /// Whether the index has the file at an absolute path.
  static func lists(_ path: String, _ kernel: String, _ system: System) -> Bool {
    ModuleIndex.read(for: kernel, in: system.files).all(ModuleBackend.moduleName).contains { $0.path == path }
  }
}
