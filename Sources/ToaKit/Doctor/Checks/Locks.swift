// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

extension Check {
  static let locks = Check(
    "ENV08", .environment, "locks",
    explanation: """
      Only one toa changes a host at a time: it holds a lock on /run/toa.lock from its plan to its last step. The package manager
      holds its own lock while it works. Findings of the other checks may be about a half-finished state until both are free.

      Wait until the other program has finished. To see who holds toa's lock:
          fuser -v /run/toa.lock

      dpkg's lock is often held for a minute after a boot by apt-daily or unattended-upgrades, rpm's by dnf-automatic or PackageKit. A
      lock goes away with its process; removing the lock file helps nobody and can damage the package database.
      """
  ) { context in
    if let holder = context.system.lockHolder(HostLock.path) {
      return Outcome(
        .warning, "another toa is changing this host now",
        evidence: ["/proc/locks: process \(holder) holds \(HostLock.path)"],
        fix: ["wait until it has finished, then: toa doctor"])
    }
    guard let lock = context.system.packageDatabaseLock else { return Outcome(.ok, "free") }
    return Outcome(
      context.hasModule ? .info : .warning, "a package manager is at work; toa install would have to wait",
      evidence: ["\(lock) \(lock.hasSuffix(".pid") ? "names a running process" : "is locked")"],
      fix: ["wait until it has finished"])
  }
}

extension System {
  /// Process that holds a flock(2) on a file, as /proc/locks tells; asking by taking the lock could disturb others.
  func lockHolder(_ path: String) -> Int? {
    var status = stat()
    guard let place = files.locate(path), stat(place, &status) == 0, let locks = files.line("/proc/locks") else {
      return nil
    }
    for line in locks.split(separator: "\n") {
      // "1: FLOCK  ADVISORY  WRITE 1234 00:19:567 0 EOF"; a waiting one has "->" before its kind.
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", let process = Int(words[4]) else { continue }
      let parts = words[5].split(separator: ":")
      guard parts.count == 3, UInt64(parts[2]) == UInt64(status.st_ino), UInt32(parts[0], radix: 16) == major(status),
        UInt32(parts[1], radix: 16) == minor(status)
      else { continue }
      return process
    }
    return nil
  }
}

/// gnu_dev_major(3) and gnu_dev_minor(3) for the numbers that occur: 12 and 20 bits in the kernel.
private func major(_ status: stat) -> UInt32 { UInt32(truncatingIfNeeded: UInt64(status.st_dev) >> 8 & 0xfff) }
private func minor(_ status: stat) -> UInt32 {
  let device = UInt64(status.st_dev)
  return UInt32(truncatingIfNeeded: device & 0xff | device >> 12 & 0xfff00)
}
