// SPDX-License-Identifier: Apache-2.0
public import Host

extension System {
  /// Reads what is to be known of this host and of the kernel called `kernel` (nil: the running one).
  public func facts(kernel: String? = nil) async throws(ToaError) -> HostFacts {
    var target: KernelRelease?
    if let kernel {
      guard let release = KernelRelease(kernel) else {
        throw ToaError(.usage, "--kernel \(shellQuoted(kernel)) is no kernel release", next: ["ls /lib/modules"])
      }
      target = release
    }
    let isRunning = kernel == nil || kernel == identity.kernelRelease
    let log = isRunning && files.isLive ? (try? await run.run(Command("dmesg")))?.output : nil
    let running = files.isLive ? identity.kernelRelease : nil
    guard let facts = await HostFacts.read(from: files, using: run, running: running, target: target, log: log) else {
      throw ToaError(
        .notApplicable, "no kernel is installed below \(files.location)", why: "/lib/modules is empty there",
        next: ["name one: --kernel RELEASE"])
    }
    return facts
  }
}
