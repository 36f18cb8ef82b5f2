// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// Real locks, held by real processes.
struct LockTests {
  /// A program that runs until the test ends it.
  private final class Holder: Sendable {
    private let task: Task<Void, Never>

    /// Starts a command that prints `ready` when it holds what it should, and waits for that as long as the command lives.
    init(_ command: Command) async throws {
      let (lines, said) = AsyncStream.makeStream(of: String.self)
      task = Task {
        defer { said.finish() }
        do throws(CommandError) {
          let result = try await CommandRunner.live().stream(command) { said.yield($0) }
          said.yield("exit status \(result.status)")
        } catch {
          said.yield(error.description)
        }
      }
      var all: [String] = []
      for await line in lines {
        if line == "ready" { return }
        all.append(line)
      }
      try #require(Bool(false), "\(command.typed) did not get ready: \(all)")
    }

    func end() async {
      task.cancel()
      await task.value
    }
  }

  /// Holds the lock of a package database as dpkg, apt and rpm do: with fcntl(2).
  private static func packageLock(_ tree: TestTree, _ path: String) async throws -> Holder {
    try tree.write(path, "")
    let script = """
      use Fcntl;
      open(my $f, "+<", "\(tree.root.location.string)\(path)") or die;
      my $l = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die;
      $| = 1; print "ready\\n";
      sleep 3600;
      """
    return try await Holder(Command("perl", ["-e", script]))
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
    let lock = host.files.location.string + HostLock.path
    let holder = try await Holder(Command("flock", ["--no-fork", lock, "sh", "-c", "echo ready; exec sleep 3600"]))
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
