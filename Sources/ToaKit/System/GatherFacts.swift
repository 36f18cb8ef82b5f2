// SPDX-License-Identifier: Apache-2.0
public import Host

extension System {
  /// Reads what is to be known of this host and of the kernel called `kernel` (nil: the running one); `compilers` only where
  /// something may be built.
  public func facts(kernel: String? = nil, compilers: Bool = true) async throws(ToaError) -> HostFacts {
    var target: KernelRelease?
    if let kernel {
      guard let release = KernelRelease(kernel) else {
        throw ToaError(.usage, "--kernel \(shellQuoted(kernel)) is no kernel release", next: ["ls /lib/modules"])
      }
      target = release
    }
    let running = files.isLive ? identity.kernelRelease : nil
    guard
      let facts = await HostFacts.read(from: files, using: run, running: running, target: target, compilers: false)
    else {
      throw ToaError(
        .notApplicable, "no kernel is installed below \(files.location)", why: "/lib/modules is empty there",
        next: ["name one: --kernel RELEASE"])
    }
    return compilers ? await withCompilers(facts) : facts
  }

  /// The same facts with the compilers.
  func withCompilers(_ facts: HostFacts) async -> HostFacts {
    let log = facts.isRunning && files.isLive ? (try? await run.run(Command("dmesg")))?.output : nil
    return await facts.withCompilers(in: files, using: run, log: log)
  }
}
