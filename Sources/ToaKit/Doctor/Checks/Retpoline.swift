// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod

extension Check {
  static let retpoline = Check(
    "CC06", .compiler, "retpolines", about: .module,
    explanation: """
      On x86 a kernel with CONFIG_MITIGATION_RETPOLINE (before 6.9: CONFIG_RETPOLINE) makes indirect calls in a way that speculation
      cannot be steered. A module that was compiled by a gcc without that ability opens the hole again, for the whole kernel: it says
      "loading module not compiled with retpoline compiler", and /sys/devices/system/cpu/vulnerabilities/spectre_v2 says
      "Vulnerable".

      A module that toa builds has them, because it takes the kernel's own compiler. Build it again:
          modinfo -F retpoline toa
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .moduleFile) { return skip }
    guard let config = context.facts.config else {
      return Outcome(.skipped, "the configuration of kernel \(context.kernel) cannot be read")
    }
    let options = ["MITIGATION_RETPOLINE", "RETPOLINE"]
    guard let option = options.first(where: config.isEnabled) else { return Outcome(.ok, "this kernel asks for none") }
    guard let file = context.file, let fields = try? context.system.modules.information(file.path) else {
      return Outcome(.skipped, "the module's file cannot be read (MOD04)")
    }
    let evidence = ["\(config.source): CONFIG_\(option)=y"]
    guard fields.contains(where: { $0.key == "retpoline" && $0.value == "Y" }) else {
      return Outcome(
        .warning, "toa.ko is compiled without them", expected: "retpoline=Y in \(file.path)",
        evidence: evidence + ["\(file.path): no field retpoline"], fix: ["toa install"])
    }
    return Outcome(.ok, "toa.ko has them", evidence: evidence + ["\(file.path): retpoline=Y"])
  }
}
