// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

@testable import ToaKit

/// Hosts on which `toa install` refuses before it changes anything: the exact words and exit status.
struct PreflightTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var spoil: @Sendable (FakeHost) -> Void
    var error: ToaError
    var testDescription: String { name }
  }

  private static let kernel = FakeHost.kernel
  private static func headers(_ host: FakeHost, _ more: String...) {
    _ = FakeApt(host).install([FakeApt.headers] + more)
  }
  private static func withoutLists(_ host: FakeHost) {
    host.remove("/var/lib/apt/lists/mirror_dists_bookworm_main_binary-amd64_Packages")
  }
  private static let installHeaders = "apt-get install \(FakeApt.headers)"
  private static let reinstallHeaders = "apt-get install --reinstall \(FakeApt.headers)"
  private static let madeBy = "the kernel was built with gcc 12.2.0"

  static let places: [Case] = [
    Case(
      name: "not root", spoil: { $0[\.identity.userID] = 1000 },
      error: ToaError(
        .refused, "toa install changes the system", why: "only root may do that", next: ["sudo toa install"])),
    Case(
      name: "a kernel without modules", spoil: { $0[\.moduleLoading] = ENOSYS }, error: .noModuleSupport),
    Case(
      name: "a container", spoil: { $0.write("/run/systemd/container", "docker\n") },
      error: ToaError(
        .notApplicable, "this is a container (docker)", why: "/run/systemd/container",
        next: ["run `toa install` on the host: its kernel is the one that accepts the connections"])),
    Case(
      name: "a distribution without packages",
      spoil: {
        $0.remove("/usr/bin/apt-get")
        $0.write("/usr/lib/os-release", "ID=lfs\nPRETTY_NAME=\"Linux From Scratch\"\n")
      },
      error: ToaError(
        .notApplicable, "toa install makes debs and rpms; this is Linux From Scratch",
        why: "none of apt, dnf, yum, zypper and tdnf is its package manager",
        next: ["toa build --out DIR", "then load DIR/toa.ko by hand: insmod DIR/toa.ko"])),
    Case(
      name: "another TOA of the name toa", spoil: { $0.write("/sys/module/toa/version", "2.0.0.0\n") },
      error: foreign("toa")),
    Case(
      name: "another TOA of another name",
      spoil: { $0.write("/proc/modules", "tgw_toa 16384 0 - Live 0x0000000000000000\n") }, error: foreign("tgw_toa")),
    Case(
      name: "a kernel that ships a toa of its own",
      spoil: { $0.write("/lib/modules/\(kernel)/modules.dep", "kernel/net/toa/toa.ko:\n") },
      error: ToaError(
        .conflict, "kernel \(kernel) has a toa module of its own",
        why:
          "/lib/modules/\(kernel)/kernel/net/toa/toa.ko comes with the kernel; depmod would prefer ours, and nobody would "
          + "notice. Its maker knows its load balancer; ours reads the options of every vendor and believes only those "
          + "that you trust.",
        next: [
          "toa install --use-intree   (loads the kernel's own now and at boot; the self-test says what it can do)",
          "toa install --no-use-intree   (builds this project's and puts it before the kernel's own)",
        ])),
    Case(
      name: "a kernel with a toa built in",
      spoil: { $0.write("/lib/modules/\(kernel)/modules.builtin", "kernel/net/toa/toa.ko\n") },
      error: ToaError(
        .conflict, "kernel \(kernel) has a toa built in",
        why:
          "/lib/modules/\(kernel)/kernel/net/toa/toa.ko is part of the kernel and always at work; a second one on the same "
          + "functions gives wrong addresses",
        next: [
          "toa install --use-intree   (changes nothing, and shows with real connections what it can do)"
        ])),
  ]

  static let tools: [Case] = [
    Case(
      name: "no headers, and apt has none", spoil: { withoutLists($0) },
      error: ToaError(
        .headersMissing, "no headers of kernel \(kernel)", why: "/lib/modules/\(kernel)/build is not there",
        next: [installHeaders])),
    Case(
      name: "a dangling link to headers, and apt has none",
      spoil: {
        withoutLists($0)
        $0.write("/lib/modules/\(kernel)/build", "-> /usr/src/gone")
      },
      error: ToaError(
        .headersMissing, "no headers of kernel \(kernel)",
        why: "/lib/modules/\(kernel)/build leads to /usr/src/gone, which is not there", next: [installHeaders])),
    Case(
      name: "headers of another kernel",
      spoil: {
        headers($0)
        $0.write(
          "/usr/src/\(FakeApt.headers)/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0-55-cloud-amd64\"\n"
        )
      },
      error: ToaError(
        .headersMissing, "the headers are for 6.1.0-55-cloud-amd64, not for \(kernel)",
        why:
          "/lib/modules/\(kernel)/build leads to headers of another kernel; a module built there is refused, and with the "
          + "release changed in a Makefile it would be taken and read wrong memory",
        next: [installHeaders])),
    Case(
      name: "headers of another kernel, which is installed, too",
      spoil: {
        headers($0)
        $0.write("/lib/modules/6.1.0-57-cloud-amd64/modules.dep", "")
        $0.write(
          "/usr/src/\(FakeApt.headers)/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0-57-cloud-amd64\"\n"
        )
      },
      error: ToaError(
        .headersMissing, "the headers are for 6.1.0-57-cloud-amd64, not for \(kernel)",
        why:
          "/lib/modules/\(kernel)/build leads to headers of another kernel; a module built there is refused, and with the "
          + "release changed in a Makefile it would be taken and read wrong memory",
        next: [
          installHeaders, "or boot 6.1.0-57-cloud-amd64, to which they belong",
          "or build for it: toa install --kernel 6.1.0-57-cloud-amd64",
        ])),
    Case(
      name: "headers with a file missing",
      spoil: {
        headers($0)
        $0.remove("/usr/src/\(FakeApt.headers)/include/generated/autoconf.h")
      },
      error: ToaError(
        .headersMissing, "the headers of kernel \(kernel) are incomplete",
        why: "missing: include/generated/autoconf.h", next: [reinstallHeaders])),
    Case(
      name: "headers whose Module.symvers is gone, on a kernel that checks symbols",
      spoil: {
        headers($0)
        $0.write("/usr/src/\(FakeApt.headers)/Module.symvers", "")
      },
      error: ToaError(
        .headersMissing, "the headers of kernel \(kernel) have no Module.symvers",
        why: "it holds the checksums without which this kernel refuses a module (CONFIG_MODVERSIONS)",
        next: [reinstallHeaders])),
    Case(
      name: "no gcc, and apt has none",
      spoil: {
        headers($0, "make")
        withoutLists($0)
      },
      error: ToaError(
        .toolchainMismatch, "no compiler that matches kernel \(kernel)", why: "\(madeBy); no compiler found",
        next: ["apt-get install gcc-12", "toa doctor --only CC"])),
    Case(
      name: "only a gcc of another series, and apt has no other",
      spoil: {
        headers($0, "make")
        withoutLists($0)
        $0.write("/usr/bin/gcc-11", "gcc")
        $0.write("/usr/bin/gcc", "-> gcc-11")
        $0[\.answers]["/usr/bin/gcc --version"] = CommandResult(status: 0, output: "gcc (Debian 11.3.0-12) 11.3.0\n")
        $0[\.answers]["/usr/bin/gcc -dumpfullversion"] = CommandResult(status: 0, output: "11.3.0\n")
      },
      error: ToaError(
        .toolchainMismatch, "no compiler that matches kernel \(kernel)",
        why: "\(madeBy); only gcc 11.3.0 (/usr/bin/gcc) found, an older series that may refuse its flags",
        next: ["apt-get install gcc-12", "toa doctor --only CC"])),
    Case(
      name: "no make, and apt has none",
      spoil: {
        headers($0, "gcc-12")
        withoutLists($0)
      },
      error: ToaError(.buildFailed, "make is not installed and apt has no package of it", next: ["apt-get update"])),
  ]

  private static func foreign(_ name: String) -> ToaError {
    ToaError(
      .conflict, "another TOA module is loaded: \(name)",
      why: "it hooks the same kernel functions; both together give applications wrong addresses",
      next: [
        "rmmod \(name)   (and take it out of /etc/modules, modules-load.d and rc.local)",
        "then run the same command again",
      ])
  }

  @Test(arguments: places + tools) func `install refuses and changes nothing`(_ one: Case) async throws {
    let host = try FakeHost()
    one.spoil(host)
    let before = host.snapshot
    let error = await host.failure()
    #expect(error == one.error)
    #expect(host.changes == [])
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
  }

  @Test(arguments: [
    ("/sys/module/module/parameters/sig_enforce", "Y\n"),
    ("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n"),
  ])
  func `a kernel that takes only signed modules is refused with its reason`(path: String, text: String) async throws {
    let host = try FakeHost()
    host.write(path, text)
    let error = try #require(await host.failure())
    #expect(error.status == .signatureRefused)
    #expect(error.what == "this kernel takes only signed modules")
    #expect(error.why.contains(path.hasSuffix("lockdown") ? "locked down" : "sig_enforce"))
    #expect(error.why.hasSuffix("and this host has no key to sign with"))
    #expect(error.next.first == "toa sign --make-key --enroll")
    #expect(error.next.last == "toa doctor --only SIG")
    #expect(host.changes == [])
  }

  @Test func `a compiler that the user names must be there and of the kernel's series`() async throws {
    let host = try FakeHost()
    _ = FakeApt(host).install([FakeApt.headers, "make", "gcc-12"])
    host.write("/usr/bin/gcc-11", "gcc")
    func failure(_ compiler: String) async -> ToaError? {
      do throws(ToaError) {
        _ = try await Installer(host.system, host.console).install(InstallRequest(compiler: compiler, yes: true))
        return nil
      } catch { return error }
    }
    #expect(await failure("gcc-11")?.status == .toolchainMismatch)
    let missing = await failure("gcc-10")
    #expect(
      missing == ToaError(.toolchainMismatch, "gcc-10 is no compiler that runs here", next: ["leave --compiler out"]))
    #expect(host.changes == [])
    let none = await failure("gcc-12")
    #expect(none == nil)
  }

  @Test func `a kernel that is not installed is named with those that are`() async throws {
    let host = try FakeHost()
    await #expect(
      throws: ToaError(
        .headersMissing, "kernel 6.12.1 is not installed",
        why: "there is no /lib/modules/6.12.1; installed: \(FakeHost.kernel)",
        next: ["name an installed one: toa install --kernel RELEASE"])
    ) { try await Installer(host.system, host.console).install(InstallRequest(kernel: "6.12.1", yes: true)) }
    await #expect(
      throws: ToaError(.usage, "--kernel ../x is no kernel release", next: ["ls /lib/modules"])
    ) { try await Installer(host.system, host.console).install(InstallRequest(kernel: "../x", yes: true)) }
  }
}
