// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let structureLayout = Check(
    "KRN12", .kernel, "structure randomisation", about: .module,
    explanation: """
      A kernel with CONFIG_RANDSTRUCT has the members of its structures in an order that was drawn when it was built. A module that is
      built without the same seed reads other members than it means, and the kernel crashes. The seed is a file of the build tree;
      distributions that randomise do not ship it, because knowing it would undo the protection.

      Headers without the seed cannot give a module for such a kernel. Build it where the kernel is built, or use eBPF, which asks
      the running kernel for its layout:
          toa build --kernel RELEASE --out DIR
          toa install --backend ebpf
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable, .headers) { return skip }
    guard let config = context.facts.config else {
      return Outcome(.skipped, "the configuration of kernel \(context.kernel) cannot be read")
    }
    let options = ["RANDSTRUCT", "RANDSTRUCT_FULL", "RANDSTRUCT_PERFORMANCE", "GCC_PLUGIN_RANDSTRUCT"]
    guard let option = options.first(where: config.isEnabled) else { return Outcome(.ok, "not used") }
    let seeds = ["scripts/basic/randstruct.seed", "scripts/gcc-plugins/randomize_layout_seed.h"]
    let link = context.facts.target.buildLink
    let evidence = ["\(config.source): CONFIG_\(option)=y"]
    if let seed = seeds.first(where: { context.system.files.isFile("\(link)/\($0)") }) {
      return Outcome(.ok, "the headers have the seed", evidence: evidence + ["\(link)/\(seed)"])
    }
    return Outcome(
      context.buildSeverity, "structures are in an order that only the kernel's maker knows",
      expected: "the seed in the headers: \(seeds.joined(separator: " or "))", evidence: evidence,
      fix: [
        "build toa.ko where this kernel is built: toa build --kernel \(context.kernel) --out DIR",
        "or: toa install --backend ebpf",
      ])
  }

  static let readOnlyData = Check(
    "KRN14", .kernel, "read-only kernel data", about: .module,
    explanation: """
      Kernels write-protect their code and their constant tables once they have started. Other TOA modules put their functions into such
      a table, by way of lifting the protection, and crash where that does not work; some guides therefore tell to boot with
      rodata=off. That gives the protection up for the whole kernel.

      toa.ko writes to no read-only memory and needs nothing of the kind. Take rodata=off from the command line, and reboot:
          grubby --update-kernel=ALL --remove-args=rodata=off
          sed -i 's/ *rodata=off//' /etc/default/grub && update-grub
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let line = context.facts.isRunning ? context.system.files.line("/proc/cmdline") : nil
    if let value = line.flatMap({ KernelCommandLine(parsing: $0)["rodata"] }), ["off", "0", "n", "no"].contains(value) {
      return Outcome(
        .info, "the kernel's protection of its code is switched off; toa.ko does not need that",
        evidence: ["/proc/cmdline: rodata=\(value)"],
        fix: ["take rodata=\(value) off the kernel command line and reboot"])
    }
    guard let config = context.facts.config else {
      return Outcome(.skipped, "the configuration of kernel \(context.kernel) cannot be read")
    }
    if config["STRICT_KERNEL_RWX"] == .no || config["DEBUG_RODATA"] == .no {
      return Outcome(.info, "this kernel does not protect its code", evidence: [config.source])
    }
    return Outcome(.ok, "left as it is", evidence: [config.source])
  }

  static let livePatches = Check(
    "KRN16", .kernel, "live patches", about: .module,
    explanation: """
      A live patch replaces a function of the running kernel by ftrace, as toa.ko does. One function can be redirected by one of them
      only. Where a patch has a function that toa.ko needs, the module uses return probes instead, which give the same addresses and
      cost a little more; on a real-time kernel, and on one without kretprobes, it cannot load.

      See which functions are patched. When the kernel is updated to one that has the fix inside, the patch is not needed any more:
          ls /sys/kernel/livepatch/*/vmlinux
          kpatch list
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running) { return skip }
    let files = context.system.files
    let root = "/sys/kernel/livepatch"
    let patches = files.list(root)
    guard !patches.isEmpty else { return Outcome(.ok, "none") }
    let hooked = HookedFunctions.ip4 + HookedFunctions.ip6
    let taken = patches.flatMap { patch in
      files.list("\(root)/\(patch)").flatMap { object in
        files.list("\(root)/\(patch)/\(object)").compactMap { entry in
          // "tcp_v4_syn_recv_sock,1": the function, and which one of that name.
          let function = entry.prefix { $0 != "," }
          return hooked.contains(String(function)) ? "\(root)/\(patch)/\(object)/\(entry)" : nil
        }
      }
    }
    guard !taken.isEmpty else { return Outcome(.ok, "\(patches.spoken), not of functions that toa.ko needs") }
    if context.isLoaded {
      return Outcome(.info, "\(patches.spoken); toa.ko works beside it", evidence: taken)
    }
    let config = context.facts.config
    let hasProbes = config.map { $0.isEnabled("KRETPROBES") && !$0.isEnabled("PREEMPT_RT") } ?? true
    return Outcome(
      hasProbes ? .warning : .error,
      hasProbes
        ? "a live patch has functions that toa.ko needs; it will use return probes"
        : "a live patch has functions that toa.ko needs, and this kernel has no return probes",
      expected: "no live patch of \(hooked.spoken)", evidence: taken,
      fix: ["update the kernel to one with the fix inside, and reboot"]
        + (hasProbes ? ["or leave it: toa install"] : ["or: toa install --backend ebpf"]))
  }
}
