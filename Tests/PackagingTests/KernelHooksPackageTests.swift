// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Packaging
import Testing

struct KernelHooksPackageTests {
  static let package = KernelHooksPackage(
    version: "0.1.0", architecture: "all", depends: ["libc6"], program: Array("#!/bin/sh\nexit 0\n".utf8))

  @Test func `the package has a hook for images, for headers and for removals, as configuration files`() throws {
    let deb = try Self.package.deb()
    let control = try deb.control.text(installedSize: 9)
    for line in ["Depends: toa-modules-common, kmod, make, libc6", "Conflicts: toa-dkms, toa-ebpf"] {
      #expect(control.contains(line + "\n"), "\(line)")
    }
    #expect(
      deb.conffiles == ["/etc/kernel/postinst.d/toa", "/etc/kernel/header_postinst.d/toa", "/etc/kernel/prerm.d/toa"])
    #expect(deb.files.filter { $0.path.hasPrefix("/etc/") }.map(\.path) == deb.conffiles)
    #expect(deb.files.filter { $0.path.hasPrefix("/etc/") }.allSatisfy { $0.mode == 0o755 })
    #expect(!deb.scripts.values.contains { $0.contains("@") })
  }

  /// Runs a hook with a program in its place that writes its arguments and ends with `status`.
  private func run(_ hook: String, _ arguments: String, status: Int32) throws -> String {
    let workshop = try Workshop()
    let deb = try Self.package.deb()
    let file = try #require(deb.files.first { $0.path == hook })
    let program = workshop.folder + "/program"
    let text = String(decoding: file.bytes, as: UTF8.self).replacing(KernelHooksPackage.program, with: program)
    try FileRoot().write(program + ".text", Array("#!/bin/sh\necho \"$@\" >&2\nexit \(status)\n".utf8))
    try FileRoot().write(workshop.folder + "/hook.text", Array(text.utf8))
    // Copied by another process: a file that this one has open for writing while another test forks cannot be executed.
    return try workshop.output(
      """
      cd \(workshop.folder)
      for file in program hook; do cp $file.text $file; chmod 755 $file; done
      ./hook \(arguments) 2>&1; echo status $?
      """)
  }

  @Test func `a hook hands the release on, and never fails the kernel's installation`() throws {
    for hook in [KernelHooksPackage.imageHook, KernelHooksPackage.headersHook] {
      #expect(try run(hook, "6.1.0-57-amd64 /boot/vmlinuz", status: 0) == "kernel-added 6.1.0-57-amd64\nstatus 0\n")
      let failed = try run(hook, "6.1.0-57-amd64", status: 21)
      #expect(failed.contains("WARNING: kernel 6.1.0-57-amd64 has no current toa.ko"))
      #expect(failed.hasSuffix("status 0\n"))
    }
    #expect(
      try run(KernelHooksPackage.removalHook, "6.1.0-57-amd64", status: 0)
        == "kernel-removed 6.1.0-57-amd64\nstatus 0\n")
    #expect(try run(KernelHooksPackage.removalHook, "6.1.0-57-amd64", status: 1).hasSuffix("status 0\n"))
    #expect(try run(KernelHooksPackage.imageHook, "", status: 1) == "status 0\n")
  }

  @Test func `removed without a purge, what is left of it does nothing`() throws {
    let workshop = try Workshop()
    let deb = try workshop.make(Self.package.deb())
    #expect(workshop.dpkg("--install \(deb)"))
    #expect(workshop.dpkg("--remove toa-kernel-hooks"))
    let hook = workshop.root + KernelHooksPackage.imageHook
    #expect(try workshop.output("\(hook) 6.1.0-57-amd64; echo $?") == "0\n")
    #expect(workshop.dpkg("--purge toa-kernel-hooks"))
    #expect(!FileRoot().exists(hook))
  }
}
