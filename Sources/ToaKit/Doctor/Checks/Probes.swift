// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The kernel functions that toa.ko redirects.
enum HookedFunctions {
  /// Those for IPv4, without which nothing works.
  static let ip4 = ["tcp_v4_syn_recv_sock", "inet_getname"]
  /// Those for IPv6, which a kernel may be without.
  static let ip6 = ["tcp_v6_syn_recv_sock", "inet6_getname"]

  /// Whether a symbol is one of these functions, or what link time optimisation made of it: "inet_getname.llvm.42".
  static func matches(_ symbol: some StringProtocol, _ function: String) -> Bool {
    symbol == function || symbol.hasPrefix(function + ".")
  }
}

extension Check {
  static let probesArmed = Check(
    "KRN09", .kernel, "return probes switched on", about: .module,
    explanation: """
      Where the kernel cannot redirect functions, toa.ko sets return probes (kretprobes). All probes of a kernel have one switch,
      /sys/kernel/debug/kprobes/enabled. With 0 they stay set, and none is ever hit: the module is loaded and applications see the
      load balancer. Some profilers and hardening guides write it. A module that redirects by ftrace does not mind.

      Switch them on again, and look for who writes there:
          echo 1 > /sys/kernel/debug/kprobes/enabled
          grep -rs kprobes/enabled /etc
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running, .loaded) { return skip }
    guard context.live?.hook == "kretprobe" else { return Outcome(.ok, "toa.ko uses none") }
    let path = "/sys/kernel/debug/kprobes/enabled"
    guard let state = context.system.files.line(path) else {
      return Outcome(.skipped, "the switch is in debugfs, which is not mounted or not for this user", evidence: [path])
    }
    guard state == "0" else { return Outcome(.ok, "yes", evidence: ["\(path): \(state)"]) }
    return Outcome(
      .error, "switched off: toa.ko is loaded and sees nothing", expected: "\(path): 1",
      evidence: ["\(path): 0", "\(LiveModule.path("hook")): kretprobe"], fix: ["echo 1 > \(path)"],
      repairs: [.setKernel(KernelSetting(path: path, value: "1", old: "0"))])
  }

  static let hookedFunctions = Check(
    "KRN13", .kernel, "functions to hook", about: .module,
    explanation: """
      toa.ko stands behind four functions of the kernel: tcp_v4_syn_recv_sock and inet_getname, and their namesakes for IPv6. It finds
      them in the tables of a socket, and no name is looked up; but the kernel must have them, and under these names, or something
      else is in their place. A kernel without TCP, or one that is built so that they are inlined, has nothing to hook.

      This reads the kernel's list of symbols, System.map or /proc/kallsyms. A kernel without IPv6 is fine: addresses of IPv4 are read.
          grep -w tcp_v4_syn_recv_sock /proc/kallsyms
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    if context.isLoaded { return Outcome(.ok, "the loaded toa.ko has found them") }
    let places =
      ["/boot/System.map-\(context.kernel)", "\(context.facts.target.modulesFolder)/System.map"]
      + (context.facts.isRunning ? ["/proc/kallsyms"] : [])
    guard
      let (place, found) = places.lazy.compactMap({ path in
        context.system.files.symbols(HookedFunctions.ip4 + HookedFunctions.ip6, in: path).map { (path, $0) }
      }).first
    else { return Outcome(.skipped, "the kernel's symbols cannot be read", evidence: places) }
    let missing = HookedFunctions.ip4.filter { !found.contains($0) }
    guard missing.isEmpty else {
      return Outcome(
        .error, "this kernel has no function \(missing.spoken)", expected: HookedFunctions.ip4.spoken,
        evidence: [place], fix: ["boot the distribution's own kernel"])
    }
    // What is in a module is in no System.map.
    let isWhole = HookedFunctions.ip6.allSatisfy(found.contains)
    return Outcome(.ok, isWhole ? "all are there" : "those for IPv4 are there", evidence: [place])
  }
}

extension FileRoot {
  /// Those of `names` that a table of the kernel's symbols has; nil when it is no such table, as some packages bring a file that
  /// only says where the table is.
  fileprivate func symbols(_ names: [String], in path: String) -> Set<String>? {
    let wanted = names.map { Array($0.utf8) }
    let mark = Array("start_kernel".utf8)
    var found: Set<String> = []
    var isTable = false
    func has(_ line: ArraySlice<UInt8>, _ name: [UInt8]) -> Bool {
      // "ffffffff81a3b2c0 t inet_getname", and behind it a suffix or the module's name.
      guard let space = line.firstIndex(of: 32), space + 3 <= line.endIndex else { return false }
      let symbol = line[(space + 3)...]
      guard symbol.starts(with: name) else { return false }
      let next = symbol.dropFirst(name.count).first
      return next == nil || next == UInt8(ascii: ".") || next == 9
    }
    try? forEachLine(path) { line in
      if !isTable, has(line, mark) { isTable = true }
      for (name, bytes) in zip(names, wanted) where has(line, bytes) { found.insert(name) }
    }
    return isTable ? found : nil
  }
}
