// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing
import ToaKit

@Suite struct DoctorBuildTests {
  @Test(arguments: headers + compiler) func `a check of headers or compiler finds`(_ situation: Situation) async throws
  {
    try await situation.verify()
  }

  private static let build = "\(DoctorHost.modules)/build"
  private static let tree = DoctorHost.headers
  private static let package = "apt-get install linux-headers-\(DoctorHost.release)"
  private static let missing: [String: String?] = [build: nil]
  private static let dangling: [String: String?] = [tree: nil, build: "-> /usr/src/gone"]
  private static let other: [String: String?] = [
    "\(tree)/include/generated/utsrelease.h": "#define UTS_RELEASE \"6.1.0-1-cloud-amd64\"\n"
  ]
  private static let noSystemCall: @Sendable (inout DoctorHost) -> Void = { host in
    host.system = host.system.with(moduleLoading: ENOSYS)
  }

  static let headers: [Situation] = [
    Situation("HDR01", .ok, "headers", says: tree),
    Situation("HDR01", .error, "no headers and no module", says: "no headers", fix: package, .bare, missing),
    Situation("HDR01", .warning, "no headers with a module", fix: package, .installed, missing),
    Situation("HDR01", .skipped, "a dangling link", says: "HDR02", .bare, dangling),
    Situation(
      "HDR01", .error, "incomplete headers", says: "autoconf.h", fix: "--reinstall", .bare,
      ["\(tree)/include/generated/autoconf.h": nil]),
    Situation("HDR01", .skipped, "a kernel without modules", says: "ENV03", .bare, missing, noSystemCall),
    Situation("HDR01", .skipped, "ostree", says: "ENV06", .bare, ["/run/ostree-booted": ""]),
    Situation("HDR01", .skipped, "a container", says: "ENV04", .bare, ["/.dockerenv": ""]),
    Situation("HDR02", .ok, "a good link"),
    Situation("HDR02", .error, "a dangling link and no module", says: "/usr/src/gone", fix: package, .bare, dangling),
    Situation("HDR02", .warning, "a dangling link with a module", .loaded, dangling),
    Situation("HDR02", .skipped, "no link", says: "HDR01", .bare, missing),
    Situation("HDR03", .ok, "headers of the kernel", says: DoctorHost.release),
    Situation("HDR03", .error, "other headers and no module", says: "6.1.0-1-cloud-amd64", fix: package, .bare, other),
    Situation("HDR03", .warning, "other headers with a module", .loaded, other),
    Situation("HDR03", .skipped, "no headers", says: "HDR01", .bare, missing),
    Situation("HDR03", .skipped, "a dangling link", says: "HDR02", .bare, dangling),
    Situation("HDR03", .skipped, "headers that do not say", .bare, ["\(tree)/include/generated/utsrelease.h": nil]),
    Situation("HDR04", .ok, "symbol versions"),
    Situation(
      "HDR04", .error, "an empty file and no module", fix: "--reinstall", .bare, ["\(tree)/Module.symvers": ""]),
    Situation("HDR04", .warning, "no file with a module", .loaded, ["\(tree)/Module.symvers": nil]),
    Situation(
      "HDR04", .ok, "a kernel without versions", says: "not used", .bare,
      ["\(tree)/Module.symvers": nil, DoctorHost.config: "CONFIG_MODULES=y\n"]),
    Situation("HDR04", .skipped, "no headers", .bare, missing),
    Situation("HDR06", .ok, "programs that run"),
    Situation("HDR06", .error, "no modpost", says: "modpost", .bare, ["\(tree)/scripts/mod/modpost": nil]),
    Situation(
      "HDR06", .warning, "no objtool, with a module", says: "objtool", .loaded, ["\(tree)/tools/objtool/objtool": nil]),
    Situation("HDR06", .error, "a program of a newer distribution", says: "do not run", .bare, [:]) { host in
      let place = host.tree.root.locate("\(DoctorHost.headers)/scripts/basic/fixdep") ?? ""
      host.answers[place] = CommandResult(status: 1, errorOutput: "version `GLIBC_2.38' not found\n")
    },
    Situation("HDR06", .skipped, "no headers", .bare, missing),
  ]

  private static let gcc11: @Sendable (inout DoctorHost) -> Void = { host in
    host.programs["gcc-12"] = nil
    host.programs["gcc"] = "/usr/bin/gcc"
    host.answers["/usr/bin/gcc --version"] = DoctorHost.says("gcc (Debian 11.3.0-12) 11.3.0\n")
    host.answers["/usr/bin/gcc -dumpfullversion -dumpversion"] = DoctorHost.says("11.3.0\n")
    host.answers["/usr/bin/gcc -dumpmachine"] = DoctorHost.says("x86_64-linux-gnu\n")
  }
  private static let noCompiler: @Sendable (inout DoctorHost) -> Void = { $0.programs["gcc-12"] = nil }
  private static let plugins: [String: String?] = ["\(tree)/scripts/gcc-plugins/latent_entropy_plugin.so": ""]
  private static let silent: [String: String?] = [
    DoctorHost.config: "CONFIG_MODULES=y\n", "/proc/version": "Linux version \(DoctorHost.release) #1\n",
  ]
  private static let withoutAnswers: @Sendable (inout DoctorHost) -> Void = { host in
    host.answers["dmesg"] = DoctorHost.says("")
    host.programs["gcc-12"] = nil
  }

  static let compiler: [Situation] = [
    Situation("CC01", .ok, "places that agree", says: "gcc 12.2.0"),
    Situation(
      "CC01", .warning, "a configuration of another build", says: "but gcc 12.2.0 by /proc/version", .bare,
      [DoctorHost.config: "CONFIG_CC_VERSION_TEXT=\"gcc-11 (Debian 11.3.0-12) 11.3.0\"\n"], gcc11),
    Situation("CC01", .warning, "nobody who says it", fix: package, .bare, silent, withoutAnswers),
    Situation("CC01", .info, "nobody who says it, with a module", .loaded, silent, withoutAnswers),
    Situation("CC01", .skipped, "a container", .bare, ["/.dockerenv": ""]),
    Situation("CC03", .ok, "the kernel's gcc", says: "same series"),
    Situation(
      "CC03", .error, "an older gcc and no module", says: "older", fix: "apt-get install gcc-12", .bare, [:], gcc11),
    Situation("CC03", .warning, "an older gcc with a module", says: "older", fix: "gcc-12", .loaded, [:], gcc11),
    Situation("CC03", .error, "no compiler", says: "no compiler", fix: "gcc-12", .bare, [:], noCompiler),
    Situation(
      "CC03", .error, "no compiler and nobody who says which", fix: "install gcc", .bare, silent, withoutAnswers),
    Situation("CC03", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("CC04", .ok, "no plugins", says: "none"),
    Situation("CC04", .ok, "plugins of the compiler found", says: "latent_entropy", .bare, plugins),
    Situation("CC04", .error, "plugins of another build", says: "only into that build", fix: "gcc-12", .bare, plugins) {
      $0.answers["/usr/bin/gcc-12 -dumpfullversion -dumpversion"] = DoctorHost.says("12.3.0\n")
    },
    Situation("CC04", .warning, "plugins of another build, with a module", .loaded, plugins) {
      $0.answers["/usr/bin/gcc-12 -dumpfullversion -dumpversion"] = DoctorHost.says("12.3.0\n")
    },
    Situation("CC04", .skipped, "plugins and no compiler", says: "CC03", .bare, plugins, noCompiler),
    Situation("CC07", .ok, "make and ld"),
    Situation("CC07", .error, "no make", says: "no make", fix: "apt-get install make", .bare, [:]) {
      $0.programs["make"] = nil
    },
    Situation("CC07", .warning, "no linker, with a module", fix: "binutils", .loaded, [:]) { $0.programs["ld"] = nil },
    Situation(
      "CC07", .warning, "no pahole for a vmlinux", fix: "pahole", .bare,
      ["\(tree)/vmlinux": "", DoctorHost.config: "CONFIG_MODULES=y\nCONFIG_DEBUG_INFO_BTF_MODULES=y\n"]),
    Situation("CC07", .skipped, "a container", .bare, ["/.dockerenv": ""]),
    Situation("CC09", .ok, "a clean environment"),
    Situation(
      "CC09", .info, "variables of another project", says: "CC and ARCH", fix: "unset CC ARCH", .bare,
      ["/proc/self/environ": nil]
    ) {
      // A NUL would end the text for fputs.
      try? $0.tree.root.write("/proc/self/environ", Array("CC=clang\0HOME=/\0ARCH=arm64\0LDFLAGS=\0".utf8))
    },
    Situation("CC09", .skipped, "no /proc", .bare, ["/proc/self/environ": nil]),
  ]
}
