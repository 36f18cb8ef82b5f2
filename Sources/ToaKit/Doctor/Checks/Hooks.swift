// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let hooks = Check(
    "KRN10", .kernel, "ways to hook functions", about: .module,
    explanation: """
      toa.ko redirects kernel functions by ftrace, as live patches do (CONFIG_DYNAMIC_FTRACE_WITH_ARGS or ..._WITH_REGS). Where a
      kernel lacks that, or a live patch has the functions already, it goes on with return probes (CONFIG_KRETPROBES), which cost a
      little more for each connection and do not exist on real-time kernels.

      kernel.ftrace_enabled=0 switches redirections off for the whole kernel. Some hardening guides set it. With it the module cannot
      start by ftrace. One that is loaded holds the setting at 1; on kernels before 5.5 it cannot, and its redirections do nothing
      until the setting is 1 again. Return probes see nothing either where the kernel makes them with ftrace
      (CONFIG_KPROBES_ON_FTRACE). Switch it on, and look for the line that sets it to 0:
          sysctl kernel.ftrace_enabled=1
          grep -rs ftrace_enabled /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d

      Without any of the options there is no way to load toa.ko on this kernel; boot the distribution's own.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let path = "/proc/sys/kernel/ftrace_enabled"
    let isOff = context.facts.isRunning && context.system.files.line(path) == "0"
    let usesProbes = context.isLoaded && context.live?.hook == "kretprobe"
    if isOff, !usesProbes || context.facts.config?["KPROBES_ON_FTRACE"] != .no {
      return Outcome(
        .error,
        context.isLoaded
          ? "function tracing is switched off: toa.ko is loaded and sees nothing"
          : "function tracing is switched off, and with it every hook", expected: "kernel.ftrace_enabled = 1",
        evidence: ["\(path): 0"] + (context.live?.hook.map { ["\(LiveModule.path("hook")): \($0)"] } ?? []),
        fix: ["sysctl kernel.ftrace_enabled=1", "grep -rs ftrace_enabled /etc/sysctl.conf /etc/sysctl.d"],
        repairs: [.setKernel(KernelSetting(path: path, value: "1", old: "0"))])
    }
    if let hook = context.live?.hook, context.isLoaded {
      return Outcome(.ok, "\(hook), in use", evidence: ["\(LiveModule.path("hook")): \(hook)"])
    }
    guard let config = context.facts.config else {
      return Outcome(.skipped, "the configuration of kernel \(context.kernel) cannot be read")
    }
    let redirecting = ["DYNAMIC_FTRACE_WITH_ARGS", "DYNAMIC_FTRACE_WITH_REGS"].filter(config.isEnabled)
    if let option = redirecting.first {
      return Outcome(.ok, "ftrace", evidence: ["\(config.source): CONFIG_\(option)=y"])
    }
    if config.isEnabled("KRETPROBES"), !config.isEnabled("PREEMPT_RT") {
      return Outcome(.info, "return probes only", evidence: ["\(config.source): CONFIG_KRETPROBES=y"])
    }
    guard config["KPROBES"] == .no || config["KRETPROBES"] != nil || config["FUNCTION_TRACER"] == .no else {
      return Outcome(.skipped, "the configuration says nothing about it", evidence: [config.source])
    }
    return Outcome(
      .error, "this kernel has neither ftrace redirection nor return probes",
      expected: "CONFIG_DYNAMIC_FTRACE_WITH_REGS, ..._WITH_ARGS or CONFIG_KRETPROBES", evidence: [config.source],
      fix: ["boot the distribution's own kernel"])
  }
}
