// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// The one lock of toa on a host: held by every command that changes something, freed with the value.
public struct HostLock: ~Copyable {
  /// Where the lock lies; /run is root's own and empty after a boot.
  public static let path = "/run/toa.lock"
  /// Variable of the environment by which programs that the holder starts know that it holds the lock.
  static let mark = "TOA_IS_AT_WORK"
  private let descriptor: Int32

  /// Takes the lock, or fails at once with exit status 75.
  public init(_ system: System) throws(ToaError) { descriptor = try Self.take(system) }

  /// Takes the lock when whoever holds it has finished, or fails after some seconds with exit status 75.
  static func waiting(_ system: System, seconds: Int) async throws(ToaError) -> HostLock {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      do throws(ToaError) {
        return try HostLock(system)
      } catch {
        guard error.status == .locked, ContinuousClock.now < end else { throw error }
      }
      try? await Task.sleep(for: .milliseconds(200))
      try refuseIfCancelled()
    }
  }

  deinit {
    // A child between fork and exec has the descriptor, too, and would hold the lock on.
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func take(_ system: System) throws(ToaError) -> Int32 {
    guard let place = system.files.locate(path, followLast: false) else {
      throw ToaError(.unexpected, "cannot lock \(path)", why: errorText(ELOOP))
    }
    let descriptor = open(place, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ToaError(
        .unexpected, "cannot lock \(path)", why: errorText(errno),
        next: errno == EACCES ? ["run it as root: sudo toa …"] : [])
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      throw ToaError(
        .locked, "another toa is changing this host", why: "\(path): \(errorText(reason))",
        next: ["wait until it has finished, then run the same command again"])
    }
    if system.files.isLive { setenv(mark, "1", 1) }
    return descriptor
  }
}

extension System {
  /// Files on which package databases and their front ends hold a lock while they work.
  private static let packageLocks = [
    "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock",
  ]
  /// Files in which package managers keep their number while they work.
  private static let packageProcesses = [
    "/var/run/yum.pid", "/var/lib/dnf/rpmdb_lock.pid", "/var/cache/dnf/metadata_lock.pid", "/var/run/zypp.pid",
  ]

  /// Whether another process works on the package database, which would make every package step fail.
  public var isPackageDatabaseLocked: Bool { packageDatabaseLock != nil }

  /// The file that tells that another process works on the package database.
  var packageDatabaseLock: String? {
    Self.packageLocks.first(where: isLocked) ?? Self.packageProcesses.first(where: isOfRunningProcess)
  }

  /// Whether somebody has a lock of fcntl(2) for writing on a file.
  private func isLocked(_ path: String) -> Bool {
    guard let place = files.locate(path) else { return false }
    let descriptor = open(place, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var lock = flock()
    // Readers of rpm's database lock for reading, and do not disturb.
    lock.l_type = Int16(path.hasSuffix(".rpm.lock") ? F_RDLCK : F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
  }

  /// Whether the process lives whose number is in a file; a killed one leaves its file behind.
  private func isOfRunningProcess(_ path: String) -> Bool {
    guard let number = files.line(path).flatMap({ Int($0) }) else { return false }
    return files.isDirectory("/proc/\(number)")
  }

  /// Whether this process may write in a folder; a read-only file system says no to root, too.
  public func canWrite(_ folder: String) -> Bool {
    files.locate(folder).map { access($0, W_OK) == 0 } ?? false
  }

  /// Free bytes for root on the file system of a folder; nil when it cannot be asked.
  public func freeBytes(_ folder: String) -> UInt64? {
    guard let place = files.locate(folder) else { return nil }
    var status = statvfs()
    guard statvfs(place, &status) == 0 else { return nil }
    return UInt64(status.f_bfree) * UInt64(status.f_frsize)
  }
}
