// SPDX-License-Identifier: Apache-2.0

extension KernelConfig {
  /// The files that hold a kernel's configuration, the surest first.
  public static func paths(for release: String) -> [String] {
    [
      "/lib/modules/\(release)/build/.config", "/boot/config-\(release)", "/lib/modules/\(release)/config",
      "/lib/modules/\(release)/build/include/config/auto.conf", "/usr/lib/ostree-boot/config-\(release)",
    ]
  }

  /// The configuration that the headers or the build tree in a folder carry.
  public static func read(tree: String, in root: FileRoot) -> KernelConfig? {
    first(of: [tree + "/.config", tree + "/include/config/auto.conf"], in: root)
  }

  /// The configuration of a kernel from the first of its files that can be read and holds options. Headers of another
  /// release do not speak for it.
  public static func read(for release: String, in root: FileRoot) -> KernelConfig? {
    let utsRelease = KernelHeaders.utsRelease(at: KernelHeaders.link(for: release), in: root)
    let isForeign = utsRelease != nil && utsRelease != release
    return first(of: paths(for: release).filter { !isForeign || !$0.has("/build/") }, in: root)
  }

  private static func first(of paths: [String], in root: FileRoot) -> KernelConfig? {
    for path in paths {
      guard let text = try? root.text(path) else { continue }
      let config = KernelConfig(parsing: text, source: path)
      if !config.values.isEmpty { return config }
    }
    return nil
  }

  /// The configuration of a kernel, from its files or, for the kernel that runs, from /proc/config.gz through zcat(1).
  public static func read(
    for release: String, in root: FileRoot, running: String?, using runner: CommandRunner
  ) async -> KernelConfig? {
    if let config = read(for: release, in: root) { return config }
    return release == running ? await readRunning(in: root, using: runner) : nil
  }

  /// The running kernel's own account of its configuration; nil when it keeps none or zcat(1) is missing.
  public static func readRunning(in root: FileRoot, using runner: CommandRunner) async -> KernelConfig? {
    let path = "/proc/config.gz"
    guard root.exists(path), let place = root.locate(path) else { return nil }
    guard let result = try? await runner.run(Command("zcat", [place])), result.status == 0 else { return nil }
    let config = KernelConfig(parsing: result.output, source: path)
    return config.values.isEmpty ? nil : config
  }

  /// Options on which a module's layout or build depends, with different values here and there: what the running kernel says
  /// of itself against what its headers say.
  public func differences(from other: KernelConfig) -> [Difference] {
    Self.layoutOptions.compactMap { name in
      let values = (self[name] ?? .no, other[name] ?? .no)
      return values.0 == values.1 ? nil : Difference(name: name, here: values.0, there: values.1)
    }
  }

  /// One option with two values.
  public struct Difference: Sendable, Equatable {
    /// "CONFIG_SMP".
    public let name: String
    /// The value in the receiver.
    public let here: Value
    /// The value in the other configuration.
    public let there: Value
  }

  private static let layoutOptions = [
    "CONFIG_SMP", "CONFIG_PREEMPT", "CONFIG_PREEMPT_RT", "CONFIG_PREEMPT_DYNAMIC", "CONFIG_MODVERSIONS",
    "CONFIG_MODULES",
    "CONFIG_MODULE_UNLOAD", "CONFIG_RETPOLINE", "CONFIG_MITIGATION_RETPOLINE", "CONFIG_X86_KERNEL_IBT",
    "CONFIG_CFI_CLANG",
    "CONFIG_RANDSTRUCT_FULL", "CONFIG_CC_VERSION_TEXT", "CONFIG_GCC_VERSION", "CONFIG_CLANG_VERSION",
  ]
}
