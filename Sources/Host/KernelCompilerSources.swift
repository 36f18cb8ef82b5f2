// SPDX-License-Identifier: Apache-2.0

extension KernelCompiler {
  /// Collects what the target's configuration and headers say and, when the target runs, what the kernel says of itself in
  /// /proc/version and in `log`, the text of the kernel log. `running` is `uname -r`, nil when no kernel of the tree runs.
  /// `tree` is the folder of the headers where that is not the build link.
  public static func detect(
    for release: String, in root: FileRoot, running: String?, config: KernelConfig?, log: String? = nil,
    tree: String? = nil
  ) -> KernelCompiler? {
    var found = config.map(statements(of:)) ?? []
    found += compileHeader(of: release, at: tree ?? KernelHeaders.link(for: release), in: root).map { [$0] } ?? []
    if release == running {
      if let line = VersionLine.read(from: root), line.release == release, let compiler = line.compiler {
        found.append(Statement(source: .procVersion, place: "/proc/version", compiler: compiler))
      }
      if let line = log.flatMap(VersionLine.find(inLog:)), line.release == release, let compiler = line.compiler {
        found.append(Statement(source: .kernelLog, place: "dmesg", compiler: compiler))
      }
    }
    return KernelCompiler(found)
  }

  private static func statements(of config: KernelConfig) -> [Statement] {
    var found: [Statement] = []
    if let text = config.string("CC_VERSION_TEXT"), let compiler = CompilerIdentity(parsing: text) {
      found.append(Statement(source: .configText, place: config.source, compiler: compiler))
    }
    let isClang = config.isEnabled("CC_IS_CLANG")
    let name = isClang ? "CLANG_VERSION" : "GCC_VERSION"
    if let number = config.number(name), let version = CompilerVersion(configNumber: number) {
      let compiler = CompilerIdentity(kind: isClang ? .clang : .gcc, version: version, text: "CONFIG_\(name)=\(number)")
      found.append(Statement(source: .configNumber, place: config.source, compiler: compiler))
    }
    return found
  }

  private static func compileHeader(of release: String, at place: String, in root: FileRoot) -> Statement? {
    if let utsRelease = KernelHeaders.utsRelease(at: place, in: root), utsRelease != release { return nil }
    for folder in KernelHeaders.generatedFolders {
      let path = "\(place)/\(folder)/compile.h"
      guard let text = try? root.text(path), let line = definedString("LINUX_COMPILER", in: text) else { continue }
      return CompilerIdentity(parsing: line).map { Statement(source: .compileHeader, place: path, compiler: $0) }
    }
    return nil
  }
}

/// The string that a C header gives a macro: `#define NAME "text"`; nil when it does not.
func definedString(_ name: String, in header: String) -> String? {
  for line in header.lines where line.hasPrefix("#") {
    let words = line.words
    guard words.count >= 3, words[0] == "#define", words[1] == name else { continue }
    guard let open = line.cut(at: "\"")?.after, let close = open.lastIndex(of: "\"") else { continue }
    return String(open[..<close])
  }
  return nil
}
