// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// Real file systems that are full or read-only, mounted for the time of a test.
struct FullDiskTests {
  /// A file system in memory over a tree; gone with the value.
  final class SmallDisk: Sendable {
    let tree: TestTree
    private var place: String { tree.root.location.string }

    init(megabytes: Int) throws {
      tree = try TestTree()
      try #require(system("mount -t tmpfs -o size=\(megabytes)m toa-test \(place)") == 0)
    }

    deinit { _ = system("umount -l \(place)") }

    /// Leaves room for so many pages of 4 KiB.
    func shrink(leaving pages: UInt64) {
      var status = statvfs()
      statvfs(place, &status)
      let used = UInt64(status.f_blocks - status.f_bfree) * UInt64(status.f_frsize)
      remount("size=\(used + pages * 4096)")
    }

    func grow() { remount("size=200m") }

    private func remount(_ option: String) {
      if system("mount -o remount,\(option) \(place)") != 0 { Issue.record("cannot remount with \(option)") }
    }
  }

  @Test func `too little room is seen before anything is done`() async throws {
    let disk = try SmallDisk(megabytes: 40)
    let host = try FakeHost(FakeHost.fresh, in: disk.tree)
    let error = try #require(await host.failure())
    #expect(error.status == .refused)
    #expect(error.what.hasPrefix("/var/lib has only 3") && error.what.hasSuffix(" MiB left"))
    #expect(error.why == "building and packaging take up to 64 MiB")
    #expect(error.next == ["free some space, then run the same command again"])
    #expect(host.changes == [])
  }

  @Test(arguments: [2, 4], [0, 1, 3, 5] as [UInt64])
  func `a disk that fills up on the way leaves what the next run or uninstall can deal with`(
    step: Int, pages: UInt64
  ) async throws {
    let disk = try SmallDisk(megabytes: 200)
    let host = try FakeHost(FakeHost.fresh, in: disk.tree)
    host[\.watch] = { place in
      if place.hasPrefix("said [\(step)/8]") { disk.shrink(leaving: pages) }
    }
    let error = try #require(await host.failure())
    #expect([.buildFailed, .unexpected].contains(error.status))
    #expect("\(error)".contains("No space left on device"), "\(error)")
    host[\.watch] = nil
    let full = host.snapshot
    disk.grow()
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [])
    let again = try FakeHost(full)
    try await again.install()
    #expect(Journal(again.files).entries().filter { !$0.standing.isEmpty }.count == 1)
  }

  @Test func `a read-only /lib/modules is refused`() async throws {
    let host = try FakeHost()
    let before = host.snapshot
    let place = host.files.location.string + "/usr/lib/modules"
    try #require(system("mount --bind \(place) \(place) && mount -o remount,bind,ro \(place)") == 0)
    defer { _ = system("umount -l \(place)") }
    #expect(
      await host.failure()
        == ToaError(
          .refused, "/lib/modules/\(FakeHost.kernel) cannot be written",
          why: "the file system is read-only, or this is not root",
          next: ["mount -o remount,rw /", "then run the same command again"]))
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
  }
}
