// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let blacklist = Check(
    "MOD14", .module, "not blacklisted", about: .module,
    explanation: """
      A line `blacklist toa` or `install toa /bin/false` in modprobe.d, or module_blacklist=toa on the kernel command line, keeps a
      module from being loaded, at boot and by toa. Such lines are left over from experiments with other TOA modules.

      Take the line out. For the kernel command line change the boot loader's configuration and reboot:
          grep -rsw toa /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d
          cat /proc/cmdline
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let entries = context.facts.blacklist.entries
    guard !entries.isEmpty else { return Outcome(.ok, "yes") }
    return Outcome(
      context.isLoaded ? .warning : .error,
      "a blacklist keeps toa.ko from loading\(context.isLoaded ? " at the next boot" : "")",
      expected: "no line about toa", evidence: entries.map { "\($0.place): \($0.text)" },
      fix: entries.map { entry in
        let parts = entry.place.split(separator: ":")
        return parts.count == 2
          ? "sed -i '\(parts[1])s/^/# /' \(parts[0])" : "take \(entry.text) off the kernel command line and reboot"
      })
  }
}
