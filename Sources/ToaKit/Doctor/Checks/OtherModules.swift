// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let otherModules = Check(
    "MOD11", .module, "no other TOA",
    explanation: """
      Load balancer vendors ship TOA modules of their own: toa, uoa, ttm, tgw_toa, vtoa, ip_vs_ca. All of them rewrite the same kernel
      functions. Two at one time give applications wrong addresses, and unloading one of them can crash the kernel, because the other
      still calls it. toa does not load beside another one and does not replace it while it is in use.

      Unload the other one, and take it out of what loads it at boot (see PER01 and PER04):
          rmmod NAME
          grep -rsw toa /etc/modules /etc/modules-load.d /etc/rc.local /etc/rc.d/rc.local

      When rmmod says that it is in use, or the module is known to crash on removal, take it out of the start-up files and reboot. On
      Tencent's kernels the toa that comes with the kernel is the right one; keep it.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running) { return skip }
    var others = context.facts.otherTOA.traces.filter { $0.name != ModuleBackend.moduleName }
    if context.isLoaded { others.removeAll { $0.evidence.hasPrefix("/proc/net/") } }
    let foreign = context.live != nil && !context.isLoaded
    var evidence = others.map { trace in
      "\(trace.evidence): \(trace.name)" + (trace.references.map { ", used by \($0)" } ?? "")
    }
    if foreign {
      evidence.insert("/sys/module/toa has no parameters `trusted` and `hook`: it is not this project's", at: 0)
    }
    guard foreign || !others.isEmpty else { return Outcome(.ok, "none") }
    if context.facts.inTree != nil, others.allSatisfy({ $0.name == "built in" }) {
      return Outcome(.info, "the kernel's own toa is at work", evidence: evidence)
    }
    let names = (foreign ? ["toa"] : []) + others.map(\.name)
    let loaded = names.filter { $0 != "built in" }
    return Outcome(
      .error,
      foreign ? "a module named toa of another maker is loaded" : "another TOA is in the kernel: \(names.spoken)",
      expected: "this project's module alone", evidence: evidence,
      fix: loaded.isEmpty
        ? ["keep it: toa.ko cannot be loaded beside a TOA that is built into the kernel"]
        : loaded.map { "rmmod \($0)" } + ["toa doctor --explain MOD11", "toa install"])
  }
}
