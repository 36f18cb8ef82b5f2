// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let bootOrder = Check(
    "PER03", .persistence, "loaded before services", about: .module,
    explanation: """
      A connection that was opened before toa.ko was loaded keeps the load balancer's address for its whole life. So the module has to
      be there before the first service listens. systemd-modules-load.service does that, long before the network is up; masked, it
      loads nothing at all, whatever the files of modules-load.d say.

      Undo the mask, and see what the service did at the last boot:
          systemctl unmask systemd-modules-load.service
          systemctl status systemd-modules-load.service
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    guard context.file != nil || context.isLoaded else {
      return context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
    }
    let files = context.system.files
    guard !files.autoloadFiles(of: ModuleBackend.moduleName).loading.isEmpty else {
      return Outcome(.skipped, "nothing loads it at boot (PER01)")
    }
    guard files.hasSystemd else { return Outcome(.ok, "by the system's start-up") }
    let unit = "systemd-modules-load.service"
    let mask = ["/etc/systemd/system", "/run/systemd/system"].map { "\($0)/\(unit)" }
      .first(where: files.isMask)
    if let mask {
      return Outcome(
        .warning, "\(mask) masks the service that loads modules at boot", expected: "no mask",
        evidence: ["\(mask) is /dev/null or empty"], fix: ["systemctl unmask \(unit)"])
    }
    return Outcome(.ok, "by \(unit)")
  }
}
