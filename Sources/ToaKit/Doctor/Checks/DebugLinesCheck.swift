// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let debugLines = Check(
    "MOD16", .module, "debug lines", about: .module,
    explanation: """
      toa.ko can write a line into the kernel's log for each connection that carries an option: who sent it, which client it names and
      what became of it. The kernel's dynamic debug switches these lines, and they stay on until somebody switches them off or the
      module is unloaded. They are rate-limited, cost a little for each connection, push other messages out of the log's buffer, and
      keep the addresses of clients where the log is kept.

      Switch them off when you have seen what you wanted to see:
          toa debug off
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running, .loaded) { return skip }
    guard let lines = DebugLines.live(context.system) else {
      return Outcome(.skipped, "this kernel, or this module, has none to switch")
    }
    let evidence = ["\(lines.path): \(lines.on) of \(lines.sites) call sites of toa.ko print"]
    guard lines.isOn else { return Outcome(.ok, "off", evidence: evidence) }
    return Outcome(.info, "on: the kernel's log gets clients' addresses", evidence: evidence, fix: ["toa debug off"])
  }
}
