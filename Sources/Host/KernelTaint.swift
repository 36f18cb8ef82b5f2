// SPDX-License-Identifier: Apache-2.0

/// The taint flags of the running kernel: /proc/sys/kernel/tainted.
public struct KernelTaint: Sendable, Equatable, Codable {
  /// One flag.
  public struct Flag: Sendable, Equatable, Codable {
    /// Bit number.
    public let bit: Int
    /// The letter in oops messages.
    public let letter: String
    /// What it says.
    public let meaning: String
  }

  /// The bit set.
  public let bits: UInt64

  /// Creates a taint.
  public init(bits: UInt64) { self.bits = bits }

  /// Reads the flags; nil when the file is not there.
  public static func read(from root: FileRoot) -> KernelTaint? {
    root.line("/proc/sys/kernel/tainted").flatMap { UInt64($0) }.map(KernelTaint.init(bits:))
  }

  /// The flags that are set.
  public var flags: [Flag] { Self.known.filter { bits >> $0.bit & 1 == 1 } }

  /// Whether the kernel has gone wrong since it booted: an oops (D), a warning (W), a bad page (B), a lockup (L) or a machine
  /// check (M).
  public var hasGoneWrong: Bool { flags.contains { ["D", "W", "B", "L", "M"].contains($0.letter) } }

  /// Flags as Documentation/admin-guide/tainted-kernels.rst names them.
  public static let known = [
    Flag(bit: 0, letter: "P", meaning: "a proprietary module was loaded"),
    Flag(bit: 1, letter: "F", meaning: "a module was loaded by force"),
    Flag(bit: 2, letter: "S", meaning: "the kernel runs on hardware out of its specification"),
    Flag(bit: 3, letter: "R", meaning: "a module was unloaded by force"),
    Flag(bit: 4, letter: "M", meaning: "the processor reported a machine check"),
    Flag(bit: 5, letter: "B", meaning: "a bad page was met"),
    Flag(bit: 6, letter: "U", meaning: "a program asked for the taint"),
    Flag(bit: 7, letter: "D", meaning: "the kernel died before: an oops or BUG"),
    Flag(bit: 8, letter: "A", meaning: "an ACPI table was overridden"),
    Flag(bit: 9, letter: "W", meaning: "the kernel gave a warning"),
    Flag(bit: 10, letter: "C", meaning: "a staging driver was loaded"),
    Flag(bit: 11, letter: "I", meaning: "a firmware bug was worked around"),
    Flag(bit: 12, letter: "O", meaning: "a module from outside the kernel's tree was loaded"),
    Flag(bit: 13, letter: "E", meaning: "an unsigned module was loaded"),
    Flag(bit: 14, letter: "L", meaning: "a soft lockup happened"),
    Flag(bit: 15, letter: "K", meaning: "the kernel was live patched"),
    Flag(bit: 16, letter: "X", meaning: "a mark of the distribution"),
    Flag(bit: 17, letter: "T", meaning: "structures were laid out at random"),
    Flag(bit: 18, letter: "N", meaning: "an in-kernel test ran"),
  ]
}
