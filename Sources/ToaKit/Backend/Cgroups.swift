// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// The cgroup2 hierarchy: where it is mounted, and the names of its folders.
struct Cgroups: Sendable {
  /// Where toa mounts it for a moment when it is mounted nowhere.
  static let temporaryPoint = "/run/toa/cgroup2"
  let system: System

  init(_ system: System) { self.system = system }

  /// Does something with the hierarchy mounted at a point, which is mounted for as long when it is nowhere.
  func mounted<Value: Sendable>(
    _ console: Console, _ body: (_ point: String) async throws(ToaError) -> Value
  ) async throws(ToaError) -> Value {
    let point = MountTable.read(from: system.files).cgroup2?.point
    if let point, point != Self.temporaryPoint { return try await body(point) }
    let mounting = Mounting(system, console)
    // One that is there was left by a killed run.
    if point == nil {
      try await mounting.mount("cgroup2", "cgroup2", at: Self.temporaryPoint, making: true, "the cgroup2 hierarchy")
    }
    let result: Result<Value, ToaError>
    do throws(ToaError) { result = .success(try await body(Self.temporaryPoint)) } catch { result = .failure(error) }
    try await mounting.unmount(Self.temporaryPoint, removing: true)
    return try result.get()
  }

  /// The name below the hierarchy's root of a folder that the user gave: a path in the mounted hierarchy, or relative to it.
  func name(given: String, at point: String) throws(ToaError) -> String {
    let absolute = given.hasPrefix("/") ? given : point + "/" + given
    let what = "--cgroup \(shellQuoted(given)) is no cgroup"
    let next = [
      "name a folder in \(point), or one relative to it: --cgroup system.slice/nginx.service",
      "find one: systemd-cgls, or cat /proc/PID/cgroup",
    ]
    guard let path = system.files.resolve(absolute), system.files.isDirectory(path) else {
      throw ToaError(.usage, what, why: "there is no folder \(absolute)", next: next)
    }
    guard let mount = MountTable.read(from: system.files).mount(holding: path), mount.type == "cgroup2" else {
      throw ToaError(.usage, what, why: "\(path) is not in a cgroup2 file system", next: next)
    }
    return Self.name(of: path, in: mount)
  }

  /// The name below the hierarchy's root of a folder in it, as it is mounted now or was for a moment; any other path as it is.
  func name(of path: String) -> String {
    if path == Self.temporaryPoint { return "/" }
    if path.hasPrefix(Self.temporaryPoint + "/") { return String(path.dropFirst(Self.temporaryPoint.utf8.count)) }
    guard let mount = MountTable.read(from: system.files).mount(holding: path), mount.type == "cgroup2" else {
      return path
    }
    return Self.name(of: path, in: mount)
  }

  private static func name(of path: String, in mount: MountTable.Mount) -> String {
    let name = (mount.root == "/" ? "" : mount.root) + path.dropFirst(mount.point.utf8.count)
    return name.isEmpty ? "/" : name
  }

  /// Makes sure that a cgroup is there; one that only the boot's settings name is made, as it may come up later.
  func find(_ name: String, at point: String, making: Bool) throws(ToaError) {
    let path = point + name
    if system.files.isDirectory(path) { return }
    guard making else {
      throw ToaError(
        .usage, "there is no cgroup \(name)", why: "\(path) is not there",
        next: ["start what it belongs to, or make it: mkdir \(shellQuoted(path))"])
    }
    do throws(FileError) {
      try system.files.makeDirectory(path)
    } catch {
      throw ToaError(
        .loadFailed, "cannot make the cgroup \(name)", why: "\(error.path): \(errorText(error.errno))",
        next: ["name another one: toa install --backend ebpf --cgroup DIR"])
    }
  }
}
