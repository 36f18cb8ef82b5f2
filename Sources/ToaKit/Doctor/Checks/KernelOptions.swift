// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let moduleOptions = Check(
    "KRN07", .kernel, "options for modules", about: .module,
    explanation: """
      CONFIG_MODULES lets a kernel load modules, CONFIG_MODULE_UNLOAD lets it get rid of them. Every distribution's kernel has both.

      Without the first nothing can be done but booting another kernel. Without the second toa works, but an update or removal of the
      module takes effect only after a reboot.

      The options are read from the first of: the headers' .config, /boot/config-RELEASE, /lib/modules/RELEASE/config,
      /proc/config.gz.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    guard let config = context.facts.config else {
      return Outcome(.skipped, "the configuration of kernel \(context.kernel) cannot be read")
    }
    func evidence(_ name: String) -> [String] { ["\(config.source): CONFIG_\(name) is not set"] }
    guard config.isEnabled("MODULES") else {
      return Outcome(
        .error, "built without loadable modules", expected: "CONFIG_MODULES=y", evidence: evidence("MODULES"),
        fix: ["boot the distribution's own kernel"])
    }
    guard config.isEnabled("MODULE_UNLOAD") else {
      return Outcome(
        .warning, "modules can be loaded but not unloaded", expected: "CONFIG_MODULE_UNLOAD=y",
        evidence: evidence("MODULE_UNLOAD"), fix: ["plan a reboot for updates and removal"])
    }
    return Outcome(.ok, "loading and unloading", evidence: ["\(config.source): CONFIG_MODULES, CONFIG_MODULE_UNLOAD"])
  }

  static let branchTracking = Check(
    "KRN11", .kernel, "indirect branch tracking", about: .module,
    explanation: """
      With Indirect Branch Tracking (IBT, part of Intel's CET) a processor stops the kernel when an indirect call lands on code that is
      not marked as a target. Modules that look up hidden kernel functions by kprobes or kallsyms and call them crash such a kernel
      ("Missing ENDBR"). That is why guides for other TOA modules ask to boot with ibt=off.

      toa.ko calls only functions that the kernel exports, or reads them from tables in which they are marked. It is safe with IBT on;
      leave IBT as it is. This check only informs.
      """
  ) { context in
    let processor = context.system.files.line("/proc/cpuinfo") ?? ""
    let flags = processor.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
    let option = context.system.files.line("/proc/cmdline").map { KernelCommandLine(parsing: $0)["ibt"] } ?? nil
    guard flags.contains("ibt"), context.facts.config?.isEnabled("X86_KERNEL_IBT") == true, option != "off" else {
      return Outcome(.ok, "not in use")
    }
    return Outcome(
      .info, "in use; toa.ko is safe with it", evidence: ["/proc/cpuinfo: ibt", "CONFIG_X86_KERNEL_IBT=y"])
  }
}
