// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// Whole screens of `toa doctor --bundle`, and what tar(1) finds in the file.
struct BundleScreenTests {
  let host: FakeHost
  let folder: URL

  init() throws {
    host = try FakeHost()
    folder = FileManager.default.temporaryDirectory.appending(path: "toa-bundle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    host[\.identity.hostName] = "web-7"
    host[\.answers] = [
      "dmesg": CommandResult(
        status: 0,
        output:
          "[1] Linux version 6.1\n[2] eth0: up\n[3] TOA: 203.0.113.7 on web-7\n[4] TOA: pin-value=1234;x token=5678 y\n"
      )
    ]
    host.write("/etc/modprobe.d/toa.conf", "options toa trusted=203.0.113.0/24\n")
    host.write("/etc/modprobe.d/other.conf", "options other secret\n")
    host.write("/var/log/toa/build-\(FakeHost.kernel).log", "make: 198.51.100.9\n")
  }

  /// The files of the archive, as tar(1) unpacks it.
  private func unpacked(_ path: String) throws -> [String: String] {
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "xf", host.tree.root.location.string + path, "-C", folder.path]
    try tar.run()
    tar.waitUntilExit()
    #expect(tar.terminationStatus == 0)
    let top = folder.appending(path: "toa-bundle")
    var texts: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: top.path) {
      if let text = try? String(contentsOf: top.appending(path: name), encoding: .utf8) { texts[name] = text }
    }
    try FileManager.default.removeItem(at: folder)
    return texts
  }

  @Test func `a bundle has what is needed elsewhere, and only its owner may read it`() async throws {
    let screen = await Screen.of("doctor --bundle /run/bundle.tar", on: host)
    #expect(screen.status == 0)
    #expect(screen.out.isEmpty)
    #expect(screen.err.hasPrefix("/run/bundle.tar has what doctor saw, counters, settings, logs ("))
    #expect(host.files.mode("/run/bundle.tar") == 0o600)
    let files = try unpacked("/run/bundle.tar")
    #expect(
      Set(files.keys).isSuperset(of: [
        "README.txt", "doctor.json", "doctor.txt", "status.json", "status.txt", "stats.txt", "kernel-log.txt",
        "versions.txt", "host/etc/modprobe.d/toa.conf", "host/etc/os-release",
        "host/var/log/toa/build-\(FakeHost.kernel).log",
      ]))
    #expect(!files.keys.contains { $0.contains("other.conf") || $0.contains("key") })
    #expect(files["host/etc/modprobe.d/toa.conf"] == "options toa trusted=203.0.113.0/24\n")
    #expect(
      files["kernel-log.txt"]
        == "[1] Linux version 6.1\n[3] TOA: 203.0.113.7 on web-7\n[4] TOA: pin-value=***;x token=*** y\n")
    #expect(files["doctor.json"]?.contains("\"schema\" : \"toa.doctor/1\"") == true)
    #expect(files["doctor.txt"]?.contains("environment\n") == true)
  }

  @Test func `a masked one names no address and no host`() async throws {
    let screen = await Screen.of("doctor --json --mask --bundle /run/bundle.tar", on: host)
    #expect(screen.out.contains("\"masked\" : true"))
    let files = try unpacked("/run/bundle.tar")
    #expect(files["host/etc/modprobe.d/toa.conf"] == "options toa trusted=public-v4-1/24\n")
    #expect(files["host/var/log/toa/build-\(FakeHost.kernel).log"] == "make: public-v4-2\n")
    #expect(
      files["kernel-log.txt"]
        == "[1] Linux version 6.1\n[3] TOA: public-v4-3 on host\n[4] TOA: pin-value=***;x token=*** y\n")
    for (name, text) in files {
      for secret in ["203.0.113.", "198.51.100.", "web-7", "1234", "5678"] {
        #expect(!text.contains(secret), "\(name)")
      }
    }
  }

  @Test func `a file that cannot be written is a usage error`() async {
    let screen = await Screen.of("doctor --bundle /no/such/folder/bundle.tar", on: host)
    #expect(screen.status == 64)
    #expect(screen.err.hasPrefix("error: cannot write /no/such/folder/bundle.tar\n  No such file or directory\n"))
    #expect(await Screen.of("doctor --mask", on: host).status == 64)
  }
}
