// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// Real locks, held by real processes.
struct LockTests {
  /// A program that runs until the value goes.
  private final class Holder: Sendable {
    private let task: Task<Void, Never>

    /// Starts a command that writes `ready` into the tree's /ready when it holds what it should, and waits for that.
    init(_ command: Command, _ tree: TestTree) async throws {
      task = Task { _ = try? await CommandRunner.live().run(command) }
      let deadline = ContinuousClock.now + .seconds(60)
      while tree.root.line("/ready") != "ready" {
        try #require(ContinuousClock.now < deadline, "\(command.typed) did not get ready")
        try await Task.sleep(for: .milliseconds(10))
      }
      try tree.remove("/ready")
    }

    func end() async {
      task.cancel()
      await task.value
    }
  }

  /// Holds the lock of a package database as dpkg, apt and rpm do: with fcntl(2).
  private static func packageLock(_ tree: TestTree, _ path: String) async throws -> Holder {
    try tree.write(path, "")
    let place = tree.root.location.string
    let script = """
      use Fcntl;
      open(my $f, "+<", "\(place)\(path)") or die;
      my $l = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die;
      open(my $r, ">", "\(place)/ready") or die; print $r "ready"; close($r);
      sleep 60;
      """
    return try await Holder(Command("perl", ["-e", script]), tree)
  }

  @Test(arguments: ["/var/lib/dpkg/lock-frontend", "/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock"])
  func `install waits for no other package manager: exit status 75, and nothing changed`(path: String) async throws {
    let host = try FakeHost()
    let holder = try await Self.packageLock(host.tree, path)
    #expect(
      await host.failure()
        == ToaError(
          .locked, "the package database is locked", why: "another package manager is running",
          next: ["wait until it has finished, then run the same command again"]))
    #expect(host.changes == [])
    await holder.end()
    #expect(await host.failure() == nil)
  }

  @Test(arguments: ["/run/yum.pid", "/var/lib/dnf/rpmdb_lock.pid", "/run/zypp.pid"])
  func `a package manager is seen by the file with its number, as long as it lives`(path: String) async throws {
    let host = try FakeHost()
    host.write("/var/run", "-> /run")
    host.write(path, "4321\n")
    host.write("/proc/4321/stat", "4321 (dnf) S\n")
    #expect(await host.failure()?.status == .locked)
    #expect(host.changes == [])
    host.remove("/proc/4321")
    #expect(await host.failure() == nil)
  }

  @Test func `a package manager that starts after the check gives 75, too, and a rollback`() async throws {
    for output in [
      "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (apt)",
      "dpkg: error: dpkg frontend lock was locked by another process with pid 1234",
    ] {
      let host = try FakeHost()
      host[\.fault] = .init(change: 0, output: output)
      #expect(
        await host.failure()
          == ToaError(
            .locked, "cannot install \(FakeApt.headers), gcc-12, make",
            why: "another package manager is running and holds dpkg's lock",
            next: ["wait until it has finished, then run the same command again"]))
      #expect(Journal(host.files).entries().allSatisfy { $0.standing.isEmpty })
    }
  }

  @Test func `two toas of two processes: the second ends with 75 and changes nothing`() async throws {
    let host = try FakeHost()
    let place = host.files.location.string
    let script = "echo ready >\(place)/ready; exec sleep 60"
    let holder = try await Holder(
      Command("flock", ["--no-fork", place + HostLock.path, "sh", "-c", script]), host.tree)
    let error = ToaError(
      .locked, "another toa is changing this host", why: "/run/toa.lock: Resource temporarily unavailable",
      next: ["wait until it has finished, then run the same command again"])
    #expect(await host.failure() == error)
    #expect(host.changes == [])
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh) == [])
    await holder.end()
    #expect(await host.failure() == nil)
  }

  @Test func `the lock keeps out a second one until the first is gone, also inside one process`() throws {
    let host = try FakeHost()
    func isFree() -> Bool {
      do throws(ToaError) {
        _ = try HostLock(host.system)
        return true
      } catch { return false }
    }
    do {
      let lock = try HostLock(host.system)
      #expect(!isFree())
      extendLifetime(lock)
    }
    #expect(isFree())
    #expect(host.files.mode(HostLock.path) == 0o600)
  }

  @Test func `a link in the lock's place is not followed`() throws {
    let host = try FakeHost()
    host.write("/run/toa.lock", "-> /etc/os-release")
    let before = host.snapshot
    #expect(throws: ToaError(.unexpected, "cannot lock /run/toa.lock", why: "Too many levels of symbolic links")) {
      _ = try HostLock(host.system)
    }
    #expect(host.snapshot.changes(since: before) == [])
  }
}
