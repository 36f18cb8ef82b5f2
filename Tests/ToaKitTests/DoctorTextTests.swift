// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

@testable import ToaKit

@Suite struct DoctorTextTests {
  /// What doctor prints on a host at 80 columns, and its document.
  private func report(
    _ host: DoctorHost, only: [String] = [], skip: [String] = [], loudness: Console.Loudness = .normal,
    json: Bool = false
  ) async throws -> (text: String, document: DoctorDocument) {
    let transcript = Transcript()
    let system = host.whole.with(transcript)
    let console = Console(system.terminal, json: json, loudness: loudness)
    let document = try await DoctorReport(system, console).examine(kernel: nil, only: only, skip: skip)
    console.answer(document)
    #expect(transcript.err.isEmpty)
    return (transcript.out, document)
  }

  @Test func `a bad finding shows what is expected, what was seen and what to type`() async throws {
    let host = try DoctorHost(.bare, changes: ["\(DoctorHost.modules)/build": nil])
    let (text, document) = try await report(host, only: ["HDR", "CC03"])
    #expect(
      text == """
        kernel headers
          ERROR HDR01 headers installed: no headers of kernel 6.1.0-56-cloud-amd64
                      expected: its headers at /lib/modules/6.1.0-56-cloud-amd64/build
                      seen: /lib/modules/6.1.0-56-cloud-amd64/build is not there
                      -> apt-get install linux-headers-6.1.0-56-cloud-amd64
          skip  HDR02 link to the headers: there is none (HDR01)
          ok    HDR07 headers of kernels to come: as the kernel
          skip  HDR08 headers can be had: no package manager that could be asked quickly
        compiler
          ok    CC03  matching compiler: the kernel was built with gcc 12.2.0; gcc
                      12.2.0 (/usr/bin/gcc-12) is of the same series
        left out
          skip        4 checks: needs the kernel's headers (HDR01)

        1 error (HDR01) for kernel 6.1.0-56-cloud-amd64.
        Cause: HDR01, no headers of kernel 6.1.0-56-cloud-amd64
        Who:   host
        Next:  apt-get install linux-headers-6.1.0-56-cloud-amd64
        More:  toa doctor --explain HDR01

        """)
    #expect(document.verdict == "broken")
    #expect(document.summary == ["error": 1, "skipped": 6, "ok": 2])
  }

  @Test func `what is skipped for one reason is told once`() async throws {
    var host = try DoctorHost(.bare)
    host.system = host.system.with(moduleLoading: ENOSYS)
    let (text, _) = try await report(host, only: ["ENV03", "HDR"])
    #expect(
      text == """
        environment
          ERROR ENV03 loadable modules: this kernel has none and cannot load toa.ko; it
                      was built without CONFIG_MODULES
                      expected: a kernel with CONFIG_MODULES=y
                      seen: finit_module(2): Function not implemented
                      -> boot the distribution's own kernel, then: toa install
                      -> in a container or microVM: run toa on its host
        left out
          skip        8 checks: needs a kernel with loadable modules (ENV03)

        1 error (ENV03) for kernel 6.1.0-56-cloud-amd64.
        Cause: ENV03, this kernel has none and cannot load toa.ko; it was built without
               CONFIG_MODULES
        Who:   host
        Next:  boot the distribution's own kernel, then: toa install
        More:  toa doctor --explain ENV03

        """)
    #expect(!text.split(separator: "\n").contains { $0.count > 80 })
  }

  @Test func `only with toa loaded is all well`() async throws {
    #expect(try await report(DoctorHost()).text.hasSuffix("\nAll is well for kernel 6.1.0-56-cloud-amd64.\n"))
    let bare = try await report(DoctorHost(.bare)).text
    #expect(bare.hasSuffix("\nNo error and no warning for kernel 6.1.0-56-cloud-amd64.\nNext: toa install\n"))
    let some = try await report(DoctorHost(), only: ["KRN"]).text
    #expect(some.hasSuffix("\nNo error and no warning for kernel 6.1.0-56-cloud-amd64.\n"))
  }

  @Test func `with eBPF the checks of the module are told in one line`() async throws {
    let text = try await report(DoctorHost(.ebpf)).text
    #expect(text.hasSuffix("\nAll is well for kernel 6.1.0-56-cloud-amd64 with eBPF.\n"))
    let count = Check.all.filter { $0.subject == .module }.count
    #expect(text.contains("\n  skip        \(count) checks: not needed: eBPF is used here\n"))
    #expect(!text.contains("toa.ko"))
    #expect(!text.split(separator: "\n").contains { $0.count > 80 })
    var bare = try DoctorHost(.able)
    bare.system = bare.system.with(moduleLoading: ENOSYS)
    #expect(
      try await report(bare).text.hasSuffix(
        "\nNo error and no warning for kernel 6.1.0-56-cloud-amd64.\nNext: toa install\n"))
  }

  @Test func `quiet shows only what is bad, verbose every skipped check and the evidence`() async throws {
    #expect(try await report(DoctorHost(), loudness: .quiet).text.isEmpty)
    let host = try DoctorHost(.bare, changes: ["\(DoctorHost.modules)/build": nil])
    let quiet = try await report(host, loudness: .quiet).text
    #expect(quiet.hasPrefix("kernel headers\n  ERROR HDR01"))
    #expect(!quiet.contains("ENV01"))
    let verbose = try await report(host, loudness: .verbose).text
    #expect(verbose.contains("skip  MOD02"))
    #expect(verbose.contains("seen: uname -m: x86_64"))
  }

  @Test func `checks and groups can be left out by either name`() async throws {
    let (text, document) = try await report(DoctorHost(), only: ["krn", "ENV01"], skip: ["KRN15"])
    #expect(document.findings.map(\.id).first == "ENV01")
    #expect(document.findings.allSatisfy { $0.id.hasPrefix("KRN") || $0.id == "ENV01" })
    #expect(text.contains("skip  KRN15 taint: left out on request"))
  }

  @Test func `a name that no check has is a wrong command line`() async throws {
    let error = await #expect(throws: ToaError.self) {
      try await report(DoctorHost(), only: ["KRN", "XYZ1"])
    }
    #expect(error?.status == .usage)
    #expect(error?.what == "no check or group is called XYZ1")
  }

  @Test func `the answer in JSON has the findings and nothing else`() async throws {
    let (text, _) = try await report(DoctorHost(), json: true)
    #expect(text.hasPrefix("{\n"))
    for part in [
      #""schema" : "toa.doctor/1""#, #""verdict" : "ok""#, #""id" : "APP01""#, #""owner" : "host""#, #""cause" : null"#,
      #""kernel" : "6.1.0-56-cloud-amd64""#,
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test func `the page of a check keeps commands on lines of their own`() throws {
    let transcript = Transcript()
    let system = System.untouched().with(transcript)
    try DoctorReport(system, Console(system.terminal)).explain("mod14")
    #expect(
      transcript.out == """
        MOD14 not blacklisted

          A line `blacklist toa` or `install toa /bin/false` in modprobe.d, or
          module_blacklist=toa on the kernel command line, keeps a module from being
          loaded, at boot and by toa. Such lines are left over from experiments with
          other TOA modules.

          Take the line out. For the kernel command line change the boot loader's
          configuration and reboot:
              grep -rsw toa /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d
              cat /proc/cmdline

        """)
    #expect(throws: ToaError.self) { try DoctorReport(system, Console(system.terminal)).explain("MOD99") }
  }

  @Test func `the list names every check with its group`() {
    let transcript = Transcript()
    let system = System.untouched().with(transcript)
    DoctorReport(system, Console(system.terminal)).list()
    let lines = transcript.out.split(separator: "\n")
    #expect(lines.count == Check.all.count + 1)
    #expect(lines[0] == "check  group                     looks at")
    #expect(lines[1] == "ENV01  environment               processor")
  }
}
