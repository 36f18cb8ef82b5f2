// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// Lines of vendors' guides in rc.local and the like, on their way out and back.
struct OldAutoloadTests {
  static let script = "#!/bin/sh\nif [ -e /root/toa.ko ]; then\n  insmod /root/toa.ko\nfi\nexit 0\n"
  static let table = "# m h dom mon dow user command\n@reboot root /sbin/insmod /root/toa.ko"
  let host: FakeHost

  init() throws {
    host = try FakeHost()
    host.write("/etc/rc.local", Self.script)
    try host.files.write("/etc/rc.local", Array(Self.script.utf8), mode: 0o755)
    host.write("/etc/cron.d/toa", Self.table)
    host.write("/etc/systemd/system/toa.service", "[Service]\nExecStart=/sbin/insmod /root/toa.ko\n")
  }

  private func install(removing: Bool) async throws {
    _ = try await Installer(host.system, host.console).install(
      InstallRequest(backend: .module, yes: true, removeOldAutoload: removing))
  }

  @Test func `without a word they stay, and are named`() async throws {
    try await install(removing: false)
    #expect(try host.files.text("/etc/rc.local") == Self.script)
    #expect(host.transcript.err.contains("/etc/rc.local:3: insmod /root/toa.ko"))
    #expect(host.transcript.err.contains("toa install --remove-old-autoload"))
  }

  @Test func `removed, a script stays a script and a table a table, and uninstall brings the very files back`()
    async throws
  {
    let before = host.snapshot.without(FakeHost.volatile)
    try await install(removing: true)
    #expect(
      try host.files.text("/etc/rc.local")
        == "#!/bin/sh\nif [ -e /root/toa.ko ]; then\n: #   insmod /root/toa.ko\nfi\nexit 0\n")
    #expect(host.files.mode("/etc/rc.local") == 0o755)
    #expect(try host.files.text("/etc/cron.d/toa").hasSuffix("\n# @reboot root /sbin/insmod /root/toa.ko"))
    #expect(try host.files.text("/etc/systemd/system/toa.service").contains("\nExecStart="))
    #expect(AutoloadLine.find("toa", in: host.files).map(\.path) == ["/etc/systemd/system/toa.service"])
    let count = host.changes.count
    let removed = host.snapshot
    try await install(removing: true)
    #expect(host.changes.count == count && host.snapshot == removed)
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
  }

  @Test func `a line that somebody has changed since is left`() throws {
    let lines = AutoloadLine.find("toa", in: host.files).filter { $0.path == "/etc/rc.local" }
    let old = OldAutoload(lines)
    try old.apply(host.files)
    let text = try host.files.text("/etc/rc.local")
    host.write("/etc/rc.local", text.replacing("insmod /root/toa.ko", with: "insmod /root/other.ko"))
    try old.undo(host.files)
    #expect(try host.files.text("/etc/rc.local").contains(": #   insmod /root/other.ko"))
  }

  @Test func `a line that goes on in the next one is not taken out by itself`() throws {
    host.write("/etc/rc.local", "#!/bin/sh\ninsmod /root/toa.ko \\\n  trusted=any\n")
    let lines = AutoloadLine.find("toa", in: host.files).filter { $0.path == "/etc/rc.local" }
    #expect(lines.count == 1)
    #expect(OldAutoload.removable(lines, host.files) == [])
  }
}
