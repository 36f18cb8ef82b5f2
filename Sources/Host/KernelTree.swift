// SPDX-License-Identifier: Apache-2.0

extension KernelHeaders {
  /// The folder that holds the Makefile of these headers where their own names it by a path that is not there: Debian splits
  /// headers in two, and those that were unpacked elsewhere still say "include /usr/src/linux-headers-6.1.0-56-common/Makefile".
  /// Nil for all others.
  public func commonFolder(in root: FileRoot) -> String? {
    guard let folder, let text = try? root.text(folder + "/Makefile") else { return nil }
    for line in text.lines where line.hasPrefix("include /") && line.hasSuffix("-common/Makefile") {
      let named = line.dropFirst("include ".count).dropLast("/Makefile".count)
      guard !root.exists(String(named)), let name = named.split(separator: "/").last else { return nil }
      let above = folder.split(separator: "/").dropLast().joined(separator: "/")
      let beside = "/\(above)/\(name)"
      return root.exists(beside + "/Makefile") ? beside : nil
    }
    return nil
  }
}

extension KernelConfig {
  /// The options that are set, a line each, in order: the same text from .config, auto.conf and /boot/config-RELEASE of one kernel.
  ///
  /// What says how the kernel's maker signed and marked it is left out: Debian's headers and the kernel signed from them differ
  /// there, and no module depends on it.
  public var canonicalText: String {
    let apart: Set<String> = [
      "CONFIG_BUILD_SALT", "CONFIG_MODULE_SIG_ALL", "CONFIG_MODULE_SIG_KEY", "CONFIG_SYSTEM_TRUSTED_KEYS",
      "CONFIG_SYSTEM_REVOCATION_KEYS",
    ]
    return values.keys.sorted().compactMap { name -> String? in
      guard !apart.contains(name), let value = values[name], value != .no else { return nil }
      return "\(name)=\(value.canonicalText)\n"
    }.joined()
  }
}

extension KernelConfig.Value {
  /// Without quotes, which auto.conf leaves away, so that a number may be read as a text or as a number.
  fileprivate var canonicalText: String {
    switch self {
    case .yes: "y"
    case .module: "m"
    case .no: "n"
    case .string(let text) where text.hasPrefix("0x"): Int(text.dropFirst(2), radix: 16).map { "\($0)" } ?? text
    case .string(let text), .other(let text): text
    case .number(let number): "\(number)"
    }
  }
}
