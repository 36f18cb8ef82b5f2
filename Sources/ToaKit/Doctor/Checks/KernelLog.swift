// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let kernelLog = Check(
    "MOD13", .module, "kernel log", about: .module,
    explanation: """
      What the kernel has against a module, it says in its log, while the system call gives only a number. Doctor reads the lines about
      toa since it was last loaded or unloaded and knows the usual ones: unknown or disagreeing symbols and other version magic (built
      for another kernel), rejected keys (see SIG02), "Missing ENDBR" and "section size must match" (built with other options), and
      the module's own refusals.

      Read them in full:
          dmesg | grep -i -B2 -A20 toa

      BUG, Oops or WARNING with functions of [toa] in the call trace are defects of the module. Keep the log, unload the module or
      reboot, and report it.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running) { return skip }
    let result: CommandResult
    do throws(CommandError) {
      result = try await context.kernelLog.value.get()
    } catch {
      return Outcome(.skipped, "dmesg cannot be run", evidence: [error.description])
    }
    guard result.status == 0 else {
      let said = result.errorOutput.split(separator: "\n").first.map(String.init)
      return Outcome(.skipped, "only root may read it", evidence: [said].compactMap { $0 })
    }
    return kernelLogOutcome(result.output)
  }
}

/// Judges the text of a kernel log.
func kernelLogOutcome(_ log: String) -> Outcome {
  let all = log.split(separator: "\n")
  let last = all.lastIndex { $0.contains("TOA: toa load success") || $0.contains("TOA: TOA unloaded") }
  let lines = all.suffix(from: last ?? 0)
  let crash = lines.firstIndex { line in
    ["BUG:", "Oops", "WARNING: ", "general protection"].contains { line.contains($0) }
  }
  if let crash, let frame = lines[crash...].prefix(60).first(where: { $0.contains("[toa]") }) {
    return Outcome(
      .error, "the kernel reported a fault in toa.ko", evidence: [String(lines[crash]), String(frame)],
      fix: ["dmesg > toa-fault.txt, and report it", "toa unload, or reboot"])
  }
  let known: [(text: String, fix: String)] = [
    ("Unknown symbol", "toa install"), ("disagrees about version of symbol", "toa install"),
    ("no symbol version for", "toa install"), ("version magic", "toa install"), ("Missing ENDBR", "toa install"),
    ("section size must match", "toa install"), ("invalid module format", "toa install"),
    ("Key was rejected", "toa doctor --only SIG"), ("Loading of unsigned module", "toa doctor --only SIG"),
    ("Lockdown: ", "toa doctor --only SIG"), ("has been replaced by", "toa doctor --only MOD11"),
    ("another TOA module has redirected", "toa doctor --only MOD11"),
    ("unknown parameter", "grep -rs toa /etc/modprobe.d"),
  ]
  for line in lines where line.lowercased().contains("toa") || line.contains("Lockdown: ") && line.contains("module") {
    guard let (_, fix) = known.first(where: { line.contains($0.text) }) else { continue }
    return Outcome(.warning, "the kernel complained about toa.ko", evidence: [String(line)], fix: [fix])
  }
  return Outcome(.ok, last == nil ? "no word about toa" : "no complaint about toa")
}
