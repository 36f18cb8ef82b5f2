// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let kernelCompiler = Check(
    "CC01", .compiler, "what built the kernel", about: .module,
    explanation: """
      A module should be compiled by the compiler that made its kernel: by the same kind (gcc or clang) and of the same series. Several
      places say which that was: CONFIG_CC_VERSION_TEXT and CONFIG_GCC_VERSION in the kernel's configuration,
      include/generated/compile.h in the headers, and, for the running kernel, the line "Linux version" of /proc/version and of
      the kernel log.

      When they disagree, headers and kernel do not belong together: one of them was rebuilt or comes from another source. toa then
      believes the configuration. Install the headers from the package source of the kernel, and compare:
          cat /proc/version
          grep CC_VERSION_TEXT /lib/modules/$(uname -r)/build/.config
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    guard let compiler = context.facts.compiler else {
      return Outcome(
        context.hasModule ? .info : .warning, "nothing says what built kernel \(context.kernel)",
        expected: "CONFIG_CC_VERSION_TEXT or /proc/version", fix: context.headersFix)
    }
    let name = "\(compiler.identity.kind.rawValue) \(compiler.identity.version)"
    let evidence = compiler.statements.map { "\($0.place): \($0.compiler.text)" }
    guard let other = compiler.disagreements.first else {
      return Outcome(.ok, "\(name), by \(compiler.statements.map(\.source.spoken).unique.spoken)", evidence: evidence)
    }
    return Outcome(
      .warning,
      "\(name) by \(compiler.chosen.place), but \(other.compiler.kind.rawValue) "
        + "\(other.compiler.version) by \(other.place)",
      expected: "kernel and headers from one build", evidence: evidence, fix: context.headersFix)
  }
}

extension KernelCompiler.Source {
  /// The place in a word or two; the path is in the evidence.
  fileprivate var spoken: String {
    switch self {
    case .configText, .configNumber: "its configuration"
    case .compileHeader: "compile.h"
    case .procVersion: "/proc/version"
    case .kernelLog: "the kernel log"
    }
  }
}

extension Sequence<String> {
  /// Each text once, in the order of its first appearance.
  fileprivate var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
