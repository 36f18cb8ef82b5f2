// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let bpfAtBoot = Check(
    "PER02", .persistence, "eBPF loaded at boot", about: .bpf,
    explanation: """
      A reboot forgets eBPF programs. The package toa-ebpf brings the service toa-ebpf, which loads them before other services start; a
      link in /usr/lib/systemd/system/sysinit.target.wants makes systemd start it. A link of the same name in /etc to /dev/null masks
      it: the service, or only the wish for it. toa.disable on the kernel command line keeps it from starting, too.

      Undo a mask, and see what the service did at the last boot:
          systemctl unmask toa-ebpf
          journalctl -b -u toa-ebpf

      Where systemd is not init nothing starts it; have the system's own start-up call
          /usr/lib/toa/toa load
      """
  ) { context in
    let files = context.system.files
    let unit = files.bootUnit(BootLoading.unit)
    guard context.bpf.installed != nil || unit.place != nil else {
      guard context.bpf.live != nil else { return Outcome(.skipped, "eBPF is not installed") }
      return Outcome(
        .warning, "loaded, but not installed: gone after a reboot", expected: "the package toa-ebpf",
        evidence: ["no \(EBPFSettings.path)"], fix: ["toa install --backend ebpf"])
    }
    if let skip = context.unmet(.host) { return skip }
    guard files.hasSystemd else {
      return Outcome(
        .warning, "systemd is not init here: nothing loads it", expected: "systemd, or a start-up line of one's own",
        evidence: ["/run/systemd/system is not there"], fix: ["have the start-up run: /usr/lib/toa/toa load"])
    }
    if let mask = unit.mask {
      return Outcome(
        .warning, "\(mask) masks it", expected: "no mask", evidence: ["\(mask) is /dev/null or empty"],
        fix: mask.contains(".wants/") ? ["rm \(mask)", "systemctl daemon-reload"] : ["systemctl unmask toa-ebpf"])
    }
    guard let place = unit.place else {
      return Outcome(
        .warning, "the service toa-ebpf is missing: nothing loads it",
        expected: "/usr/lib/systemd/system/toa-ebpf.service",
        evidence: [EBPFSettings.path], fix: ["toa uninstall && toa install --backend ebpf"])
    }
    if KernelCommandLine.read(from: files)["toa.disable"] != nil {
      return Outcome(
        .warning, "toa.disable on the kernel command line keeps it from loading", expected: "no toa.disable",
        evidence: ["/proc/cmdline"], fix: ["take toa.disable off the kernel command line"])
    }
    guard let wish = unit.wish else {
      return Outcome(
        .warning, "no target wants the service toa-ebpf: nothing loads it", expected: "it in sysinit.target.wants",
        evidence: [place], fix: ["systemctl enable toa-ebpf", "toa uninstall && toa install --backend ebpf"])
    }
    if let other = files.autoloadFiles(of: ModuleBackend.moduleName).loading.first, context.file != nil {
      return Outcome(
        .warning, "so is toa.ko: whichever comes second is refused", expected: "one backend",
        evidence: [wish, other], fix: ["take toa out of \(other)"])
    }
    return Outcome(.ok, "by the service toa-ebpf", evidence: [place, wish])
  }
}
