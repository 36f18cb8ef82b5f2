// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let liveEqualsFile = Check(
    "MOD02", .module, "loaded and installed are the same", about: .module,
    explanation: """
      A module file can be replaced while the old module runs on in the kernel; the next boot then starts something else than what was
      tested today. The kernel tells the checksum over the sources of the loaded module (/sys/module/toa/srcversion), and the file
      tells its own (modinfo -F srcversion toa).

      Load the installed one, at a quiet moment: between both commands new connections show the load balancer's address, open ones
      stay open.
          toa unload && toa load

      When there is a module in the kernel but no file, it was loaded by hand or its package was removed, and it is gone after a
      reboot:
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running, .loaded) { return skip }
    guard let file = context.file else {
      return Outcome(
        .warning, "loaded, but not installed: gone after a reboot",
        expected: "toa.ko below /lib/modules/\(context.kernel)",
        evidence: ["/sys/module/toa", "/lib/modules/\(context.kernel)/modules.dep has no toa.ko"],
        fix: ["toa install"])
    }
    let (live, disk) = (context.live?.sourceVersion, file.sourceVersion)
    guard let live, let disk else {
      return Outcome(.skipped, "no srcversion of \(live == nil ? "the loaded module" : file.path)")
    }
    let evidence = ["/sys/module/toa/srcversion: \(live)", "\(file.path): \(disk)"]
    if live == disk { return Outcome(.ok, "yes", evidence: evidence) }
    return Outcome(
      .warning, "another build is loaded than is installed", expected: "the same srcversion", evidence: evidence,
      fix: ["toa unload && toa load"])
  }

  static let versionMagic = Check(
    "MOD04", .module, "built for this kernel", about: .module,
    explanation: """
      A module carries the release of its kernel and a few of its options as vermagic, and the kernel refuses a module with another
      one: "version magic '6.1.0-39-amd64 ...' should be '6.1.0-40-amd64 ...'". That happens when a module is copied from another
      host, or built with the headers of another kernel.

      Build it here; modules are not portable between kernel releases. Forcing it in (modprobe --force) can crash the kernel:
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .moduleFile) { return skip }
    guard let file = context.file else { return Outcome(.skipped, "no file") }
    if context.system.files.isOfAnotherKernel(file.path, than: context.kernel) {
      return Outcome(.skipped, "the file is another kernel's (MOD09)")
    }
    guard let magic = file.vermagic else {
      return Outcome(
        .error, "\(file.path) cannot be read as a module", expected: "a vermagic", evidence: ["modinfo \(file.path)"],
        fix: ["toa install"])
    }
    let evidence = ["\(file.path): vermagic \(magic)"]
    let words = magic.split(separator: " ").map(String.init)
    guard words.first == context.kernel else {
      return Outcome(
        .error, "toa.ko is built for \(words.first ?? "nothing")", expected: context.kernel, evidence: evidence,
        fix: ["toa install"])
    }
    let options = [("SMP", "SMP"), ("MODULE_UNLOAD", "mod_unload"), ("MODVERSIONS", "modversions")]
    let wrong = options.filter { option, word in
      context.facts.config.map { $0.isEnabled(option) != words.contains(word) } ?? false
    }
    guard wrong.isEmpty || context.isLoaded else {
      return Outcome(
        .error, "toa.ko is built with other kernel options: \(wrong.map(\.1).spoken)",
        expected: "the options of \(context.facts.config?.source ?? "the kernel")", evidence: evidence,
        fix: ["toa install"])
    }
    return Outcome(.ok, "yes", evidence: evidence)
  }
}
