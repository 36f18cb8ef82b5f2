// SPDX-License-Identifier: Apache-2.0
internal import Host

/// mount(8) and umount(8), said where there is a console, and run.
struct Mounting: Sendable {
  let system: System
  let console: Console?

  init(_ system: System, _ console: Console?) {
    self.system = system
    self.console = console
  }

  /// Mounts a file system of the kernel's; `what` is its name in errors.
  func mount(
    _ type: String, _ source: String, at point: String, making: Bool = false, _ what: String
  ) async throws(ToaError) {
    if making {
      do throws(FileError) {
        try system.files.makeDirectory(point)
      } catch {
        throw ToaError(.loadFailed, "cannot mount \(what)", why: "\(error.path): \(errorText(error.errno))")
      }
    }
    let command = Command("mount", ["-t", type, source, point], environment: ["LC_ALL": "C.UTF-8"])
    guard let why = try await failure(of: command, "cannot mount \(what)") else { return }
    let isMissing = ["unknown filesystem type", "No such device", "does not exist", "not configured"].contains {
      why.contains($0)
    }
    throw ToaError(
      isMissing ? .notApplicable : .loadFailed, "cannot mount \(what) at \(point)", why: why,
      next: isMissing
        ? ["this kernel was built without it; use the module: toa install --backend module"]
        : system.identity.userID == 0 ? ["toa doctor"] : ["run it as root: sudo toa …"])
  }

  /// Unmounts what is mounted at a point and, with `removing`, removes the folder.
  func unmount(_ point: String, removing: Bool = false) async throws(ToaError) {
    if MountTable.read(from: system.files).mount(at: point) != nil {
      let command = Command("umount", [point], environment: ["LC_ALL": "C.UTF-8"])
      if let why = try await failure(of: command, "cannot unmount \(point)") {
        throw ToaError(.unexpected, "cannot unmount \(point)", why: why, next: ["umount \(point)"])
      }
    }
    if removing { try? system.files.removeFolder(point) }
  }

  /// Runs a command; what it said when it failed.
  private func failure(of command: Command, _ what: String) async throws(ToaError) -> String? {
    console?.say(change: command.typed)
    do throws(CommandError) {
      let result = try await system.run.run(command)
      guard result.status != 0 else { return nil }
      let said = (result.output + result.errorOutput).split(separator: "\n").prefix(2).joined(separator: "\n")
      return said.isEmpty ? "\(command.program) ended with exit status \(result.status)" : said
    } catch {
      throw ToaError(.notApplicable, what, why: error.description, next: ["install the package mount or util-linux"])
    }
  }
}

/// The file system in which maps and links live on without a process.
struct BpfFileSystem: Sendable {
  /// Where it is mounted on every host.
  static let point = "/sys/fs/bpf"
  static let command = "mount -t bpf bpf \(point)"
  /// Folder of what toa remembers until the next boot.
  static let runFolder = "/run/toa"
  /// Says that the mount is toa's own: a boot ends both.
  static let mark = runFolder + "/bpffs"
  let system: System
  let console: Console?

  init(_ system: System, _ console: Console?) {
    self.system = system
    self.console = console
  }

  var isMounted: Bool { MountTable.read(from: system.files).mount(at: Self.point)?.type == "bpf" }

  /// Mounts it unless it is; returns whether it did.
  @discardableResult
  func mount() async throws(ToaError) -> Bool {
    if isMounted { return false }
    do throws(FileError) {
      // Before the mount, so that a kill leaves no mount that nobody answers for.
      try system.files.makeDirectory(Self.runFolder)
      try system.files.write(Self.mark, Array("toa mounted \(Self.point)\n".utf8))
    } catch {
      throw ToaError(
        .loadFailed, "cannot mount the BPF file system", why: "\(error.path): \(errorText(error.errno))",
        next: system.identity.userID == 0 ? [] : ["run it as root: sudo toa …"])
    }
    do throws(ToaError) {
      try await Mounting(system, console).mount("bpf", "bpf", at: Self.point, "the BPF file system")
    } catch {
      try? await release()
      throw error
    }
    return true
  }

  /// Whether `release` would unmount it: toa mounted it, and nothing of anybody else is pinned there.
  var isOurs: Bool {
    system.files.exists(Self.mark) && isMounted && system.files.list(Self.point).allSatisfy(Self.isNobodysElse)
  }

  /// The kernel puts two files of its own there.
  private static func isNobodysElse(_ name: String) -> Bool { ["toa", "maps.debug", "progs.debug"].contains(name) }

  /// Unmounts it when it is ours and empty.
  func release() async throws(ToaError) {
    if isOurs && !system.bpf.hasPins() { try await Mounting(system, console).unmount(Self.point) }
    if !isMounted { forget() }
  }

  private func forget() {
    try? system.files.remove(Self.mark)
    for folder in [Cgroups.temporaryPoint, Self.runFolder] { try? system.files.removeFolder(folder) }
  }
}
