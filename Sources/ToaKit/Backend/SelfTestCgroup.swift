// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// Puts this process into the cgroup that the eBPF programs cover: what a socket's cgroup is was decided by the process that made it.
struct SelfTestCgroup: Sendable {
  /// Name of the cgroup that is made below the covered one.
  static let name = "toa-selftest"
  /// Name of that of a listener: a self-test that runs at the same time takes all that is in its own with it when it goes.
  static let nameOfListener = "toa-selftest-listen"
  let system: System
  let console: Console

  init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Where to go for a covered cgroup from the one in which the process is; nil when that is covered already.
  static func detour(covered: String, own: String, name: String = name) -> String? {
    if covered == "/" || own == covered || own.hasPrefix(covered + "/") { return nil }
    return covered + "/" + name
  }

  /// Does something inside of a covered cgroup and comes back, whatever happens. What a killed run left there is used again.
  func inside<Value: Sendable>(
    _ covered: String, name: String = name, _ body: () async throws(ToaError) -> Value
  ) async throws(ToaError) -> Value {
    let text = (try? system.files.text(ProcessCgroup.path)) ?? ""
    guard let own = ProcessCgroup.parse(text), let detour = Self.detour(covered: covered, own: own, name: name) else {
      return try await body()
    }
    return try await Cgroups(system).mounted(console) { point throws(ToaError) in
      // Made anew it would stay behind, and the programs would not be there all the same.
      guard system.files.isDirectory(point + covered) else {
        throw ToaError(
          .refused, "the self-test cannot go into the cgroup \(covered)", why: "it has gone, and the programs with it",
          next: ["toa load"])
      }
      return try await ChildCgroup(system, console, folder: point + detour, parent: point + ChildCgroup.folder(of: own))
        .inside({ error in
          ToaError(
            .refused, "the self-test cannot go into the cgroup \(covered)",
            why: "\(error.path): \(errorText(error.errno))",
            next: ["toa selftest, as root and outside of containers"])
        }) { folder throws(ToaError) in try await body() }
    }
  }
}
