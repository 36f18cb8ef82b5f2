// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let buildTools = Check(
    "CC07", .compiler, "make and linker", about: .module,
    explanation: """
      Beside the compiler a build needs make and the linker of the kernel's kind: ld of GNU binutils, or ld.lld for kernels built with
      CONFIG_LD_IS_LLD. Kernels whose headers carry a vmlinux file want pahole too, which adds the module's type information.

      Debian and Ubuntu:
          apt-get install make binutils pahole
      RHEL, openEuler, TencentOS:
          dnf install make binutils dwarves
      SUSE:
          zypper install make binutils dwarves
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    let find = context.system.run.find
    let manager = context.facts.distribution.packageManager
    func fix(_ packages: [String]) -> [String] {
      manager.map { [$0.install(packages).typed] } ?? ["install \(packages.spoken)"]
    }
    let linker = context.facts.config?.isEnabled("LD_IS_LLD") == true ? "ld.lld" : "ld"
    let missing = ["make", linker].filter { find($0) == nil }
    guard missing.isEmpty else {
      let packages = ["make": "make", "ld": "binutils", "ld.lld": "lld"]
      return Outcome(
        context.buildSeverity, "no \(missing.joined(separator: " and no "))", expected: "make and \(linker) on PATH",
        evidence: missing.map { "looked for \($0) on PATH" },
        fix: fix(missing.compactMap { packages[$0] }))
    }
    let vmlinux = "\(context.facts.target.buildLink)/vmlinux"
    let wantsTypes = context.facts.config?.isEnabled("DEBUG_INFO_BTF_MODULES") ?? true
    if wantsTypes, context.system.files.isFile(vmlinux), find("pahole") == nil {
      return Outcome(
        .warning, "no pahole, which these headers ask for", expected: "pahole on PATH", evidence: [vmlinux],
        fix: fix([manager == .apt ? "pahole" : "dwarves"]))
    }
    return Outcome(.ok, "make, \(linker)", evidence: ["make", linker].compactMap(find))
  }

  static let buildEnvironment = Check(
    "CC09", .compiler, "environment variables", about: .module,
    explanation: """
      make and the kernel's build files take variables from the environment: CC, ARCH, CROSS_COMPILE, KCFLAGS, LLVM and more. A shell
      profile made for another project then silently chooses another compiler or other flags, and the module does not compile, or
      the kernel refuses it.

      toa takes these variables out before it builds, so they do no harm to `toa install` and `toa build`. They do when the module
      is built by hand; then unset them first:
          unset CC ARCH CROSS_COMPILE CFLAGS KCFLAGS LDFLAGS LLVM
      """
  ) { context in
    guard let bytes = try? context.system.files.bytes("/proc/self/environ") else {
      return Outcome(.skipped, "/proc/self/environ cannot be read")
    }
    let variables = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    let set = variables.filter { entry in
      BuildEnvironment.poison.contains(String(entry.prefix { $0 != "=" })) && !entry.hasSuffix("=")
    }
    guard !set.isEmpty else { return Outcome(.ok, "none that changes a build") }
    let names = set.map { String($0.prefix { $0 != "=" }) }
    return Outcome(
      .info, "\(names.spoken) set; toa leaves \(names.count == 1 ? "it" : "them") out of its builds", evidence: set,
      fix: ["unset \(names.joined(separator: " "))"])
  }
}
