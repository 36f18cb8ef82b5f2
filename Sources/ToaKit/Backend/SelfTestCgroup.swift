// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// Puts this process into the cgroup that the eBPF programs cover: what a socket's cgroup is was decided by the process that made it.
struct SelfTestCgroup: Sendable {
  /// Name of the cgroup that is made below the covered one.
  static let name = "toa-selftest"
  let system: System
  let console: Console

  init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Where to go for a covered cgroup from the one in which the process is; nil when that is covered already.
  static func detour(covered: String, own: String) -> String? {
    if covered == "/" || own == covered || own.hasPrefix(covered + "/") { return nil }
    return covered + "/" + name
  }

  /// Does something inside of a covered cgroup and comes back, whatever happens. What a killed run left there is used again.
  func inside<Value: Sendable>(
    _ covered: String, _ body: () async throws(ToaError) -> Value
  ) async throws(ToaError) -> Value {
    let text = (try? system.files.text(ProcessCgroup.path)) ?? ""
    guard let own = ProcessCgroup.parse(text), let detour = Self.detour(covered: covered, own: own) else {
      return try await body()
    }
    return try await Cgroups(system).mounted(console) { point throws(ToaError) in
      // Made anew it would stay behind, and the programs would not be there all the same.
      guard system.files.isDirectory(point + covered) else {
        throw ToaError(
          .refused, "the self-test cannot go into the cgroup \(covered)", why: "it has gone, and the programs with it",
          next: ["toa load"])
      }
      let folder = point + detour
      do throws(FileError) {
        try system.files.makeDirectory(folder)
        try join(folder)
      } catch {
        try? system.files.removeFolder(folder)
        throw ToaError(
          .refused, "the self-test cannot go into the cgroup \(covered)",
          why: "\(error.path): \(errorText(error.errno))",
          next: ["toa selftest, as root and outside of containers"])
      }
      let result: Result<Value, ToaError>
      do throws(ToaError) { result = .success(try await body()) } catch { result = .failure(error) }
      do throws(FileError) {
        // A process of a cgroup namespace sees its own root as ".."; it goes back to what it sees as the top.
        try join(point + (own.hasPrefix("/..") || own == "/" ? "" : own))
        try system.files.removeFolder(folder)
      } catch {
        console.say("cannot leave \(folder): \(errorText(error.errno)); it goes with: rmdir \(folder)", .warning)
      }
      return try result.get()
    }
  }

  /// 0 stands for the process that writes.
  private func join(_ folder: String) throws(FileError) {
    try system.files.overwrite(folder + "/cgroup.procs", Array("0".utf8))
  }
}
