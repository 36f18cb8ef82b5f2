// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import ToaKit

/// What people read of profiles.
struct ProfileScreenTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private func expect(_ arguments: String, _ status: Int32 = 0, out: String = "", err: String = "") async {
    let screen = await Screen.of(arguments, on: host)
    #expect(screen == Screen(status: status, out: out, err: err), "toa \(arguments)")
  }

  private func status() async -> [Substring] { await Screen.of("status", on: host).out.split(separator: "\n") }

  @Test func `the plan names the profile, and the command that changes it`() async throws {
    let plan = await Screen.of("install -n --profile dpvs,late", on: host).out
    #expect(plan.contains("4. package as toa-modules-common and toa-modules-\(FakeHost.kernel), profile dpvs,late\n"))
    try await host.install()
    await expect(
      "install -n --profile dpvs,late",
      out: """
        1. package as toa-modules-common, profile dpvs,late
           # dpkg-deb --build /var/lib/toa/packages/2/toa-modules-common /var/lib/toa/packages/2/toa-modules-common_0.1.0-1_all.deb
        2. install toa-modules-common
           # dpkg --install /var/lib/toa/packages/2/toa-modules-common_0.1.0-1_all.deb
        3. change the profile of the loaded module to dpvs,late
           # echo dpvs,late > /sys/module/toa/parameters/profile

        """)
  }

  @Test func `load says what it types, and status what is answered`() async throws {
    try await host.install()
    await expect(
      "load --profile tencent-clb,-4096",
      err: """
          # echo tencent-clb,-4096 > /sys/module/toa/parameters/profile
        toa.ko 0.1.0 has other settings now; connections keep their addresses.

        """)
    host.write("/sys/module/toa/parameters/getsockopt", "none\n")
    #expect(await status()[3...4] == ["  profile      tencent-clb,-4096", "  getsockopt   none"])
    host.write("/sys/module/toa/parameters/profile", "default\n")
    host.write("/sys/module/toa/parameters/getsockopt", "4096\n")
    #expect(await status()[4] == "  getsockopt   4096; not 1345, see dmesg | grep 'TOA: getsockopt'")
  }

  @Test func `a module that is older than profiles is no riddle`() async throws {
    host[\.knowsProfiles] = false
    try await host.install()
    #expect(await status()[3] == "  profile      none: toa.ko 0.1.0 is older than profiles; next: toa install")
    await expect(
      "load --profile dpvs", 77,
      err: """
        error: toa.ko 0.1.0 knows no profiles
          it was built by an earlier toa: it has no parameter `profile` and reads the
          options that it was made for
          -> put this toa's module in its place: toa install
          -> then run the same command again

        """)
  }

  @Test func `an unknown word is answered with the known ones`() async {
    await expect(
      "install --profile tencent", 64,
      err: """
        error: --profile tencent is no profile
          "tencent" is not known; profiles: default, lvs, dpvs, tencent-clb,
          tencent-gaap, ksyun, huawei-elb, ucloud, alibaba-cdn; behaviours: deferred,
          late, syn, last; socket calls: 4096, 1345; options: KIND/LENGTH
          -> name a vendor's, and add or take away words: --profile tencent-clb, --profile lvs,-syn,late

        """)
  }

  @Test func `eBPF says what it cannot do, and what of the profile it answers`() async {
    host[\.moduleLoading] = ENOSYS
    await expect(
      "load --backend ebpf --profile lvs", 77,
      err: """
        error: eBPF cannot do all of the profile lvs
          syn: the programs first see a connection when its handshake is complete
          -> use the module, which can: --backend module --profile lvs
          -> or do without: --profile lvs,-syn

        """)
    // The first word may take something away.
    await expect("load --backend ebpf --profile -4096,ksyun --getsockopt -q")
    #expect(await status()[4...5] == ["  profile      -4096,ksyun", "  getsockopt   1345"])
    await expect("load --backend ebpf --profile ksyun --getsockopt -q")
    #expect(await status()[4...5] == ["  profile      ksyun", "  getsockopt   1345"])
  }
}
