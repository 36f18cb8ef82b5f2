// SPDX-License-Identifier: Apache-2.0

/// The three numbers of a kernel version: 6.1.0.
public struct KernelVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// First number.
  public var major: Int
  /// Second number.
  public var minor: Int
  /// Third number; 0 when it is not written.
  public var patch: Int

  /// Creates a version.
  public init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Orders by the three numbers in turn.
  public static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// "6.1.0".
  public var description: String { "\(major).\(minor).\(patch)" }
}

/// A kernel release as `uname -r` and /lib/modules spell it: "6.1.0-56-cloud-amd64".
public struct KernelRelease: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The release as written.
  public let text: String
  /// Its leading numbers.
  public let version: KernelVersion
  /// What follows the numbers: "-56-cloud-amd64", "+deb13-amd64", "".
  public let suffix: String

  /// Parses a release; nil when it does not begin with two numbers or could not be a file name.
  public init?(_ text: String) {
    guard !text.isEmpty, !text.contains("/"), !text.contains(where: \.isWhitespace) else { return nil }
    var rest = text[...]
    var numbers: [Int] = []
    while numbers.count < 3 {
      let digits = rest.prefix { $0.isDecimal }
      guard let number = Int(digits) else { break }
      numbers.append(number)
      rest = rest.dropFirst(digits.count)
      guard numbers.count < 3, rest.first == ".", rest.dropFirst().first?.isDecimal == true else { break }
      rest = rest.dropFirst()
    }
    guard numbers.count >= 2 else { return nil }
    self.text = text
    version = KernelVersion(numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 0)
    suffix = String(rest)
  }

  /// The flavour after the build numbers: "cloud-amd64", "generic", "default", "tlinux2", "debug"; nil when there is none.
  public var flavour: String? {
    var parts = suffix.split(separator: "-").drop { $0.first?.isLetter != true || $0.hasPrefix("rc") }
    if let stop = parts.firstIndex(where: { $0.first?.isLetter != true }) { parts = parts[..<stop] }
    if !parts.isEmpty { return parts.joined(separator: "-") }
    guard let plus = suffix.lastIndex(of: "+"), suffix.has(".el"), plus != suffix.startIndex else { return nil }
    return String(suffix[suffix.index(after: plus)...])
  }

  /// The release as written.
  public var description: String { text }

  /// The folder of this kernel's modules: "/lib/modules/6.1.0-56-cloud-amd64".
  public var modulesFolder: String { "/lib/modules/" + text }

  /// The link to this kernel's headers.
  public var buildLink: String { modulesFolder + "/build" }

  /// The running kernel as /proc/sys/kernel/osrelease of the tree says.
  public static func running(in root: FileRoot) -> KernelRelease? {
    root.line("/proc/sys/kernel/osrelease").flatMap(KernelRelease.init)
  }
}

extension KernelRelease: Comparable {
  /// Orders as package managers do: numbers by value, letters by spelling, "~" and "-rc" before nothing.
  public static func < (left: Self, right: Self) -> Bool {
    if left.version != right.version { return left.version < right.version }
    return versionOrder(left.suffix, right.suffix) < 0
  }
}
