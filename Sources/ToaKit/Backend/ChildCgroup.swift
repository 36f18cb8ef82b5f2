// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// A cgroup into which this process goes for a while; what it starts meanwhile is in there, too.
struct ChildCgroup: Sendable {
  let system: System
  let console: Console
  /// Absolute path of the cgroup, which is made; what a killed run left there is used again.
  let folder: String
  /// Absolute path of the cgroup that the process is in, to which it comes back.
  let parent: String
  /// Whether it is this process's alone, so that what is in there in the end is what it has started, and comes back with it.
  let isOwn: Bool

  init(_ system: System, _ console: Console, folder: String, parent: String, isOwn: Bool = false) {
    self.system = system
    self.console = console
    self.folder = folder
    self.parent = parent
    self.isOwn = isOwn
  }

  /// A process's cgroup below the mount point: one of a cgroup namespace sees its own root as "..", and what it sees as the top
  /// is as far as it can go.
  static func folder(of cgroup: String) -> String { cgroup.hasPrefix("/..") || cgroup == "/" ? "" : cgroup }

  /// Does something inside and comes back, whatever happens. `refused` says what it means when
  /// the cgroup cannot be entered.
  func inside<Value: Sendable>(
    _ refused: (FileError) -> ToaError, _ body: (_ folder: String) async throws(ToaError) -> Value
  ) async throws(ToaError) -> Value {
    do throws(FileError) {
      try system.files.makeDirectory(folder)
      try move("0", to: folder)
    } catch {
      try? system.files.removeFolder(folder)
      throw refused(error)
    }
    let result: Result<Value, ToaError>
    do throws(ToaError) { result = .success(try await body(folder)) } catch { result = .failure(error) }
    do throws(FileError) {
      try move("0", to: parent)
      // One that has ended meanwhile is no longer there to be moved.
      for process in isOwn ? started : [] { try? move(process, to: parent) }
      try system.files.removeFolder(folder)
    } catch {
      console.say("cannot leave \(folder): \(errorText(error.errno)); it goes with: rmdir \(folder)", .warning)
    }
    return try result.get()
  }

  private var started: [String] {
    ((try? system.files.text(folder + "/cgroup.procs")) ?? "").split(separator: "\n").map(String.init)
  }

  /// 0 stands for the process that writes.
  private func move(_ process: String, to folder: String) throws(FileError) {
    try system.files.overwrite(folder + "/cgroup.procs", Array(process.utf8))
  }
}
