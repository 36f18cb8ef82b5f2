// SPDX-License-Identifier: Apache-2.0

/// How Kbuild is told which of LLVM's tools build a module for a kernel that clang built.
public struct LLVMTools: Sendable, Equatable, Codable {
  /// What make(1) gets: "LLVM=1", "LLVM=-18", "LLVM=/usr/lib/llvm-18/bin/".
  public let words: [String]
  /// The linker that they lead to.
  public let linker: String

  /// Since when LLVM= takes a suffix or a folder; before, each tool has to be named.
  private static let suffixes = KernelVersion(5, 18)
  private static let tools = [
    ("CC", "clang"), ("LD", "ld.lld"), ("AR", "llvm-ar"), ("NM", "llvm-nm"), ("OBJCOPY", "llvm-objcopy"),
    ("OBJDUMP", "llvm-objdump"), ("READELF", "llvm-readelf"), ("STRIP", "llvm-strip"),
  ]

  /// The tools beside a clang: those on PATH for "clang", those with its suffix for "clang-18", those in its folder where it was
  /// found outside of PATH. A kernel that was linked with ld of binutils takes nothing but the compiler from LLVM.
  public init(clang path: String, kernel: KernelVersion, config: KernelConfig?, isOnPath: Bool = true) {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let (folder, name) = (String(path[..<cut]), path[cut...])
    guard config?.isEnabled("LD_IS_LLD") ?? true else {
      words = ["CC=\(path)"]
      linker = "ld"
      return
    }
    let suffix = name.hasPrefix("clang-") ? String(name.dropFirst("clang".count)) : ""
    let prefix = isOnPath ? "" : folder
    linker = prefix + "ld.lld" + suffix
    if suffix.isEmpty && prefix.isEmpty {
      words = ["LLVM=1"]
    } else if kernel >= Self.suffixes {
      words = ["LLVM=" + (prefix.isEmpty ? suffix : prefix)]
    } else {
      words = ["LLVM=1"] + Self.tools.map { "\($0)=\(prefix)\($1)\(suffix)" }
    }
  }
}
