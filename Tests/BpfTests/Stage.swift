// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import Glibc

/// A BPF file system and a cgroup of a test's own. The mount belongs to a thread's mount namespace and goes with the thread.
struct Stage {
  let pins: String
  let cgroup: String

  /// Runs `body` on a thread that has such a stage, and takes the cgroup away afterwards.
  static func run(_ body: @escaping @Sendable (Stage) throws -> Void) throws {
    nonisolated(unsafe) var outcome: Result<Void, any Error> = .failure(StageError("the thread did not start"))
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      outcome = Result { try Stage.set().perform(body) }
      done.signal()
    }
    done.wait()
    try outcome.get()
  }

  private func perform(_ body: (Stage) throws -> Void) throws {
    defer { rmdir(cgroup) }
    try body(self)
  }

  private static func set() throws -> Stage {
    guard clinux_unshare(clinux_CLONE_NEWNS) == 0 else { throw StageError("unshare: these tests need root") }
    guard mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0 else {
      throw StageError("mount --make-rprivate /")
    }
    guard mount("bpf", "/mnt", "bpf", 0, "mode=0700") == 0 else { throw StageError("mount -t bpf: errno \(errno)") }
    let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
    guard
      let root = mounts.split(separator: "\n").map({ $0.split(separator: " ") }).first(where: { $0[2] == "cgroup2" })
    else { throw StageError("no cgroup2 file system is mounted") }
    let cgroup = "\(root[1])/toa-test-\(getpid())-\(pthread_self())"
    guard mkdir(cgroup, 0o755) == 0 else { throw StageError("mkdir \(cgroup): errno \(errno)") }
    return Stage(pins: "/mnt/toa", cgroup: cgroup)
  }
}

struct StageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
