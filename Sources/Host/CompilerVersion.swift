// SPDX-License-Identifier: Apache-2.0

/// A compiler's version: 12.2.0.
public struct CompilerVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// First number; the one that must be equal between a kernel and its modules. 4.x counts by its second number too.
  public var major: Int
  /// Second number.
  public var minor: Int
  /// Third number.
  public var patch: Int

  /// Creates a version.
  public init(_ major: Int, _ minor: Int = 0, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Parses the numbers at the start of a text: "12", "4.8.5", "14.0.6-1~deb". Nil when there is none.
  public init?(parsing text: some StringProtocol) {
    var numbers: [Int] = []
    var rest = text[...]
    while numbers.count < 3 {
      let digits = rest.prefix { $0.isDecimal }
      guard let number = Int(digits) else { break }
      numbers.append(number)
      rest = rest.dropFirst(digits.count)
      guard rest.first == "." else { break }
      rest = rest.dropFirst()
    }
    guard let major = numbers.first else { return nil }
    self.init(major, numbers.count > 1 ? numbers[1] : 0, numbers.count > 2 ? numbers[2] : 0)
  }

  /// The version in the number of CONFIG_GCC_VERSION and CONFIG_CLANG_VERSION: 120200. Nil for 0.
  public init?(configNumber number: Int) {
    guard number >= 10000 else { return nil }
    self.init(number / 10000, number / 100 % 100, number % 100)
  }

  /// Orders by the three numbers in turn.
  public static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// Whether both belong to one release series: the same major number, and before GCC 5 the same minor number.
  public func isSameSeries(as other: CompilerVersion) -> Bool {
    major == other.major && (major >= 5 || minor == other.minor)
  }

  /// Names of Red Hat's software collections with this series of GCC: 4.8 is devtoolset-2, 4.9 is 3, 5 is 4, then the
  /// numbers are equal; from 9 on there is a gcc-toolset for RHEL 8 and later.
  var softwareCollections: [String] {
    switch (major, minor) {
    case (4, 8): ["devtoolset-2"]
    case (4, 9): ["devtoolset-3"]
    case (5, _): ["devtoolset-4"]
    case (6...8, _): ["devtoolset-\(major)"]
    case (9...11, _): ["gcc-toolset-\(major)", "devtoolset-\(major)"]
    case (12..., _): ["gcc-toolset-\(major)"]
    default: []
    }
  }

  /// "12.2.0".
  public var description: String { "\(major).\(minor).\(patch)" }

  /// The series as package names spell it: "12", "4.8".
  public var series: String { major >= 5 ? "\(major)" : "\(major).\(minor)" }
}
