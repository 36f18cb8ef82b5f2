// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Capture
internal import Glibc
internal import Host
internal import Kmod
internal import SelfTest
internal import SystemPackage

extension System {
  /// This machine, with the file tree at `root`.
  public static func live(root: String = "/") -> System {
    var system = System(
      files: FileRoot(), run: .live(), modules: .live(), bpf: .live(), identity: .live(), terminal: .live(),
      now: { Int64(time(nil)) }, moduleLoading: { -clinux_probe_module_loading() },
      selfTest: { options async throws(SelfTestError) in try await runSelfTest(options) },
      capture: { options, take async throws(CaptureError) in try await runCapture(options, take) })
    system.path = .live
    system.transparent = .live
    return root == "/" ? system : system.reading(tree: FileRoot(FilePath(root)))
  }
}

extension Identity {
  /// uname(2) and /proc/self/status.
  static func live() -> Identity {
    var name = utsname()
    uname(&name)
    let status = (try? FileRoot().text("/proc/self/status")) ?? ""
    let capabilities = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
      .flatMap { $0.split(whereSeparator: \.isWhitespace).last }.flatMap { UInt64($0, radix: 16) }
    return Identity(
      kernelRelease: text(name.release), machine: text(name.machine), hostName: text(name.nodename), userID: geteuid(),
      capabilities: capabilities ?? 0, isInsideToa: getenv(HostLock.mark) != nil)
  }

  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
