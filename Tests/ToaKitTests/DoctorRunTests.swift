// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

@testable import ToaKit

@Suite struct DoctorRunTests {
  private func findings(_ host: DoctorHost) async throws -> [Finding] {
    await Doctor().examine(try await host.context())
  }

  private func errors(_ host: DoctorHost) async throws -> [String] {
    try await findings(host).filter { $0.status == .error || $0.status == .crashed }.map(\.id)
  }

  @Test func `a healthy host with toa has no warning and no error`() async throws {
    var host = try DoctorHost()
    try host.serve()
    let findings = try await findings(host)
    let odd = findings.filter { ![.ok, .info].contains($0.status) && !$0.isLeftOut }
    #expect(odd.isEmpty, "\(odd)")
    #expect(findings.map(\.id) == Check.all.map(\.id))
  }

  @Test func `a healthy host without toa has no warning, no error and is told to install`() async throws {
    let findings = try await findings(DoctorHost(.bare))
    let bad = findings.filter { [.warning, .error, .crashed].contains($0.status) }
    #expect(bad.isEmpty, "\(bad)")
    #expect(findings.first { $0.id == "MOD01" }?.fix == ["toa install"])
  }

  @Test func `each cause gives one error`() async throws {
    let build = "\(DoctorHost.modules)/build"
    #expect(try await errors(DoctorHost(.bare, changes: [build: nil])) == ["HDR01"])
    #expect(try await errors(DoctorHost(.bare, changes: [DoctorHost.headers: nil])) == ["HDR02"])
    #expect(try await errors(DoctorHost(.bare, changes: ["/.dockerenv": ""])) == ["ENV04"])
    #expect(try await errors(DoctorHost(.installed)) == ["MOD01"])
    // Where no module can be loaded, that eBPF cannot either is an error, too.
    let disabled: [String: String?] = ["/proc/sys/kernel/modules_disabled": "1"]
    #expect(try await errors(DoctorHost(.bare, changes: disabled)) == ["SIG04", "BPF01"])
    #expect(
      try await errors(DoctorHost(.bare, changes: ["/proc/cmdline": "module.sig_enforce=1"])) == ["SIG02", "BPF01"])
    var host = try DoctorHost(.bare)
    host.programs["gcc-12"] = nil
    #expect(try await errors(host) == ["CC03"])
    let foreign: [String: String?] = [
      "/sys/module/toa/parameters/trusted": nil, "/sys/module/toa/parameters/hook": nil,
    ]
    #expect(try await errors(DoctorHost(.loaded, changes: foreign)) == ["MOD11"])
  }

  @Test func `a kernel without modules and eBPF says nothing of headers`() async throws {
    var host = try DoctorHost(.bare, changes: ["/.dockerenv": "", DoctorHost.headers: nil])
    host.system = host.system.with(moduleLoading: ENOSYS)
    #expect(try await errors(host) == ["ENV03", "BPF01"])
    let rest = try await findings(host).filter { [.headers, .compiler, .signature, .module].contains($0.group) }
    #expect(rest.allSatisfy { $0.status == .skipped || $0.id == "CC09" })
  }

  @Test func `a minimal guest with a working module has no error`() async throws {
    let release = DoctorHost.release
    var changes: [String: String?] = [
      "/etc/os-release": nil, "/boot": nil, "/usr/src": nil, "/usr/lib": nil, "/var/lib": nil, "/var/lib/": nil,
      "\(DoctorHost.modules)/build": nil, "/sys/kernel": nil,
    ]
    changes["/proc/self/environ"] = .some(nil)
    var host = try DoctorHost(.loaded, changes: changes)
    host.programs = [:]
    host.answers["dmesg"] = CommandResult(status: 0, output: "Linux version \(release) (gcc-12 (Debian) 12.2.0) #1\n")
    let bad = try await findings(host).filter { [.error, .crashed].contains($0.status) }
    #expect(bad.isEmpty, "\(bad)")
  }

  @Test func `another kernel is looked at without what the running one says`() async throws {
    let other = "6.1.0-57-cloud-amd64"
    let host = try DoctorHost(changes: ["/lib/modules/\(other)/modules.dep": "\n", "/boot/vmlinuz-\(other)": ""])
    let findings = await Doctor().examine(try await host.context(kernel: other))
    let running = [
      "ENV03", "KRN05", "KRN15", "SIG01", "SIG02", "SIG03", "SIG04", "SIG08", "SIG09", "MOD01", "MOD11",
      "MOD13", "BPF04", "BPF06", "BPF09", "BPF10", "BPF11", "APP01",
    ]
    for id in running { #expect(findings.first { $0.id == id }?.status == .skipped, "\(id)") }
    #expect(findings.first { $0.id == "HDR01" }?.status == .error)
  }

  @Test func `a check that throws is a crash and stops no other`() async throws {
    struct Broken: Error {}
    let broken = Check("ENV98", .environment, "broken", explanation: "") { _ in throw Broken() }
    let good = Check("ENV99", .environment, "good", explanation: "") { _ in Outcome(.ok, "fine") }
    let findings = await Doctor(checks: [broken, good]).examine(try await DoctorHost(.bare).context())
    #expect(findings.map(\.status) == [.crashed, .ok])
    #expect(findings[0].observed.contains("Broken"))
  }

  @Test func `full disks and read-only file systems are told`() {
    let full = spaceOutcome(
      free: [("/var/lib", 1 << 20), ("/lib/modules/x", 1 << 40)], readOnly: [], mounts: MountTable(parsing: ""),
      severity: .error)
    #expect(full.status == .error)
    #expect(full.observed.contains("/var/lib"))
    let mounts = MountTable(
      parsing: "25 1 254:1 / / rw - ext4 /dev/vda1 rw\n26 25 254:2 / /usr ro - ext4 /dev/vda2 ro\n")
    let readOnly = spaceOutcome(
      free: [("/", 1 << 40)], readOnly: ["/usr/lib/modules/x"], mounts: mounts, severity: .warning)
    #expect(readOnly.status == .warning)
    #expect(readOnly.fix == ["mount -o remount,rw /usr"])
    #expect(spaceOutcome(free: [], readOnly: [], mounts: MountTable(parsing: ""), severity: .error).status == .skipped)
  }

  @Test func `ids are in order, unique and of their group, and each check has a page`() {
    let ids = Check.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    for group in Check.Group.allCases {
      let members = Check.all.filter { $0.group == group }.map(\.id)
      #expect(members == members.sorted())
      #expect(members.allSatisfy { $0.hasPrefix(group.rawValue) })
    }
    for check in Check.all {
      #expect(check.explanation.split(separator: "\n\n").count >= 2, "\(check.id)")
      let longest = check.explanation.split(separator: "\n").map(\.count).max() ?? 0
      #expect(longest <= 140, "\(check.id)")
    }
  }
}
