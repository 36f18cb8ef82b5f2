// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let hooksInPlace = Check(
    "MOD12", .module, "hooks in place", about: .module,
    explanation: """
      The kernel lists which functions are redirected (/sys/kernel/tracing/enabled_functions) and where probes are set
      (/sys/kernel/debug/kprobes/list). A loaded toa.ko has to be in one of the lists with each of its functions. Where it is not,
      something took its hooks away: ftrace after an error of its own ("ftrace failed to modify" in the kernel's log), or a probe
      whose code is gone.

      Load the module again, and look what the kernel says of ftrace:
          toa unload && toa load
          dmesg | grep -i -e ftrace -e kprobe
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running, .loaded) { return skip }
    let usesProbes = context.live?.hook == "kretprobe"
    let places =
      usesProbes
      ? ["/sys/kernel/debug/kprobes/list"]
      : ["/sys/kernel/tracing/enabled_functions", "/sys/kernel/debug/tracing/enabled_functions"]
    guard
      let (place, text) = places.lazy.compactMap({ path in
        (try? context.system.files.text(path)).map { (path, $0) }
      }).first
    else {
      return Outcome(
        .skipped,
        usesProbes ? "debugfs is not mounted, or not for this user" : "tracefs is not mounted, or not for this user",
        evidence: places)
    }
    let lines = text.split(separator: "\n").map(String.init)
    func line(_ function: String) -> String? {
      lines.first { line in
        let words = line.split(whereSeparator: \.isWhitespace)
        // "tcp_v4_syn_recv_sock (1) R I", and of probes "ffffffff81a3b2c0  r  tcp_v4_syn_recv_sock+0x0    [FTRACE]".
        guard let word = usesProbes ? words.dropFirst(2).first : words.first else { return false }
        return HookedFunctions.matches(word.prefix { $0 != "+" }, function)
      }
    }
    let hasIP6 = context.system.files.isDirectory("/proc/sys/net/ipv6")
    let functions = HookedFunctions.ip4 + (hasIP6 ? HookedFunctions.ip6 : [])
    let gone = functions.filter { line($0).map { $0.contains("[GONE]") || $0.contains("[DISABLED]") } ?? true }
    guard gone.isEmpty else {
      return Outcome(
        .error, "the kernel does not list toa.ko at \(gone.spoken)", expected: functions.spoken,
        evidence: [place] + gone.compactMap(line),
        fix: ["toa unload && toa load", "dmesg | grep -i -e ftrace -e kprobe"])
    }
    return Outcome(
      .ok, "\(functions.count) functions, by \(context.live?.hook ?? "ftrace")", evidence: functions.compactMap(line))
  }
}
