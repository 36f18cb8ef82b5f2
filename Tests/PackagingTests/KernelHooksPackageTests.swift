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

  @Test func `a host of rpms has kernel-install's plugin, hooks of older kernels' scripts, and a file trigger`() throws
  {
    let package = try Self.package.package(.rpm)
    #expect(
      package.files.map(\.path) == [
        "/usr/lib/toa/toa", "/etc/kernel/postinst.d/toa", "/etc/kernel/prerm.d/toa",
        "/usr/lib/kernel/install.d/40-toa.install",
      ])
    #expect(package.configurationFiles == ["/etc/kernel/postinst.d/toa", "/etc/kernel/prerm.d/toa"])
    let spec = try RpmPackage(package).spec(time: 7)
    let words = "%transfiletriggerin -- /usr/src/ /lib/modules/ /usr/lib/modules/\n"
    let trigger = try #require(spec.firstRange(of: words))
    let condition = try #require(spec.firstRange(of: "%if "))
    let end = try #require(spec.firstRange(of: "%endif\n"))
    #expect(condition.upperBound < trigger.lowerBound && trigger.upperBound < end.lowerBound)
    #expect(try #require(spec.firstRange(of: "\n%preun\n")).lowerBound < condition.lowerBound)
  }

  @Test func `rpm keeps the file trigger`() throws {
    let workshop = try Workshop()
    let rpm = try workshop.make(RpmPackage(Self.package.package(.rpm)))
    let triggers = try workshop.output("rpm --query --package --filetriggers \(rpm)")
    #expect(triggers.hasPrefix("transfiletriggerin scriptlet (using /bin/sh) -- "))
    #expect(triggers.contains(" -- /lib/modules/, /usr/lib/modules/, /usr/src/\n"))
    #expect(triggers.contains("kernel-added \"$release\""))
    let scripts = try workshop.output("rpm --query --package --scripts \(rpm)")
    #expect(scripts.hasPrefix("preuninstall scriptlet"))
    #expect(!scripts.contains("%if") && !triggers.contains("%endif"))
  }

  @Test func `the trigger builds once for each kernel whose headers or image came, and never fails`() throws {
    let workshop = try Workshop()
    let script = try #require(Self.package.package(.rpm).scripts.first { $0.key.hasPrefix("transfiletriggerin") })
    let text = script.value.replacing(KernelHooksPackage.program, with: workshop.folder + "/program")
    try FileRoot().write(workshop.folder + "/text", Array(text.utf8))
    let said = try workshop.output(
      """
      cd \(workshop.folder)
      printf '#!/bin/sh\\necho "$@" >&2\\nexit 21\\n' >program
      chmod 755 program
      sh text 2>&1 <<'PATHS'
      /lib/modules/5.14.0-503.el9.x86_64/kernel/net/ipv4/tcp_cubic.ko.xz
      /lib/modules/5.14.0-503.el9.x86_64/modules.builtin
      /lib/modules/5.14.0-427.el9.x86_64/extra/toa/toa.ko.xz
      /usr/src/kernels/5.14.0-503.el9.x86_64/Makefile
      /usr/src/kernels/5.14.0-503.el9.x86_64/scripts/Makefile
      /usr/src/linux-6.4.0-150600.23.25-obj/x86_64/default/Makefile
      /usr/lib/modules/6.4.0-150600.23.25-default/modules.builtin
      /usr/lib/modules/6.4.0-150600.23.30-default/modules.builtin
      /usr/src/toa-0.1.0/Makefile
      PATHS
      echo status $?
      """)
    let lines = said.split(separator: "\n").map(String.init)
    let releases = ["5.14.0-503.el9.x86_64", "6.4.0-150600.23.25-default", "6.4.0-150600.23.30-default"]
    #expect(lines.filter { $0.hasPrefix("kernel-added ") } == releases.map { "kernel-added \($0)" })
    #expect(lines.filter { $0.hasPrefix("toa: WARNING: kernel ") }.count == 3)
    #expect(lines.last == "status 0")
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
