// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Synchronization
import Testing

@testable import ToaKit

/// What one backend lacks is no fault of a host where the other does the job.
@Suite struct DoctorBackendTests {
  private func findings(_ host: DoctorHost) async throws -> [Finding] {
    await Doctor().examine(try await host.context())
  }

  private func bad(_ host: DoctorHost) async throws -> [String] {
    try await findings(host).filter { [.error, .warning, .crashed].contains($0.status) }.map(\.id)
  }

  private func without(modules host: DoctorHost) -> DoctorHost {
    var host = host
    host.system = host.system.with(moduleLoading: ENOSYS)
    return host
  }

  /// A kernel without modules and without anything that a module needs, in a microVM that looks like a container.
  private static let microVM: [String: String?] = [
    DoctorHost.headers: nil, DoctorHost.modules: nil, "/sys/kernel/security/lockdown": nil,
    "/sys/module/module/parameters/sig_enforce": nil,
  ]

  @Test(arguments: [false, true]) func `a host with eBPF has no warning and no error`(hasModules: Bool) async throws {
    var host = try DoctorHost(.ebpf, changes: hasModules ? [:] : Self.microVM)
    try host.serve()
    let findings = try await findings(hasModules ? host : without(modules: host))
    let odd = findings.filter { ![.ok, .info].contains($0.status) && !$0.isLeftOut }
    #expect(odd.allSatisfy { $0.observed.contains("ENV03") && !hasModules }, "\(odd)")
    for group in [Check.Group.headers, .compiler, .signature] {
      #expect(findings.filter { $0.group == group }.allSatisfy { $0.status == .skipped })
    }
    #expect(findings.first { $0.id == "APP01" }?.status == .ok)
  }

  @Test func `eBPF at work needs neither headers nor a signature nor modules`() async throws {
    let obstacles: [String: String?] = [
      DoctorHost.headers: nil, "/proc/cmdline": "module.sig_enforce=1\n", "/proc/sys/kernel/modules_disabled": "1\n",
      "/etc/modprobe.d/local.conf": "blacklist toa\n",
      "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
    ]
    #expect(try await bad(DoctorHost(.ebpf, changes: obstacles)) == [])
    #expect(try await bad(DoctorHost(.able, changes: obstacles)) == [])
    // Without eBPF each of them counts.
    let without = try await bad(DoctorHost(.bare, changes: obstacles))
    #expect(without == ["HDR02", "SIG02", "SIG03", "SIG04", "MOD14", "BPF01"])
  }

  @Test func `what keeps a module out stays in sight where eBPF will do`() async throws {
    let host = without(modules: try DoctorHost(.able))
    let findings = try await findings(host)
    let support = try #require(findings.first { $0.id == "ENV03" })
    #expect(support.status == .info)
    #expect(support.observed.hasSuffix("; toa install uses eBPF here"))
    #expect(support.fix.isEmpty)
    let headers = try await DoctorHost(.able, changes: ["\(DoctorHost.modules)/build": nil]).finding("HDR01")
    #expect(headers.status == .info)
    #expect(headers.observed.hasSuffix("; eBPF works here without it"))
  }

  @Test func `where no package can be made the programs are loaded by hand`() async throws {
    let immutable = without(modules: try DoctorHost(.able, changes: ["/run/ostree-booted": ""]))
    #expect(try await immutable.finding("ENV03").observed.hasSuffix("; eBPF works here: toa load --backend ebpf"))
    #expect(try await immutable.finding("BPF07").fix == ["toa load --backend ebpf"])
  }

  @Test func `where neither can work both say so`() async throws {
    #expect(try await bad(without(modules: DoctorHost(.bare))) == ["ENV03", "BPF01"])
    var host = without(modules: try DoctorHost(.able))
    host.bpf.attachments = { _ throws(BpfError) in
      [BpfAttachment(hook: .sockops, program: 9, name: "alone", isOurs: false, isExclusive: true)]
    }
    #expect(try await bad(host) == ["ENV03", "BPF05"])
  }

  @Test func `a plain user is not told that nothing can work`() async throws {
    var host = without(modules: try DoctorHost(.able))
    host.system = host.system.with(Identity(kernelRelease: DoctorHost.release, machine: "x86_64", userID: 1000))
    let finding = try await host.finding("ENV03")
    #expect(finding.status == .warning)
    #expect(finding.fix.first == "sudo toa doctor")
  }

  @Test func `a module that is installed is judged, whatever eBPF could do`() async throws {
    var host = try DoctorHost(.installed, changes: ["/proc/sys/kernel/modules_disabled": "1\n"])
    host.bpf = .able()
    #expect(try await bad(host) == ["SIG04"])
    #expect(try await host.finding("SIG04").fix.last?.hasSuffix("toa uninstall && toa install --backend ebpf") == true)
  }

  @Test func `the programs are verified once in a run`() async throws {
    let counter = Counter()
    var host = try DoctorHost(.ebpf)
    let probe = host.bpf.probe
    host.bpf.probe = {
      counter.add()
      return probe()
    }
    _ = try await findings(host)
    #expect(counter.value == 1)
  }

  @Test func `another kernel is looked at without asking this one's eBPF`() async throws {
    let other = "6.1.0-57-cloud-amd64"
    var host = try DoctorHost(
      .bare, changes: ["/lib/modules/\(other)/modules.dep": "\n", "/boot/vmlinuz-\(other)": ""])
    host.bpf = .untouched()
    let findings = await Doctor().examine(try await host.context(kernel: other))
    #expect(findings.filter { $0.group == .bpf }.allSatisfy { $0.status == .skipped || $0.id == "BPF01" })
    #expect(findings.first { $0.id == "HDR01" }?.status == .error)
  }
}

private final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}
