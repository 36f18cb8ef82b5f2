// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What toa made in the kernel since the boot, and what was there before: kept beside the kernel's state, and gone with it.
struct TransparentRecord: Sendable, Equatable, Codable {
  /// Where it lies.
  static let path = "/run/toa-tproxy.json"

  /// What was made.
  var settings: TransparentSettings
  /// rp_filter of the interfaces on which it was changed, as it was.
  var reversePath: [String: String] = [:]
  /// Tables of nftables that iptables made on the way: "ip mangle".
  var tables: [String] = []

  /// The record of this host; nil when nothing was made since the boot.
  static func read(_ files: FileRoot) throws(ToaError) -> TransparentRecord? {
    guard files.exists(path) else { return nil }
    guard let text = try? files.text(path), let record = jsonValue(TransparentRecord.self, from: text),
      record.settings.isSound
    else {
      throw ToaError(
        .unexpected, "cannot read \(path)", why: "it is not what `toa tproxy enable` wrote there",
        next: ["rm \(path), then: toa tproxy enable"])
    }
    return record
  }

  func write(_ files: FileRoot) throws(ToaError) {
    do throws(FileError) {
      try files.write(Self.path, Array((jsonText(self) + "\n").utf8), mode: 0o600)
    } catch {
      throw ToaError(.unexpected, "cannot write \(Self.path)", why: errorText(error.errno))
    }
  }

  static func remove(_ files: FileRoot) throws(ToaError) {
    do throws(FileError) {
      try files.remove(path)
    } catch {
      throw ToaError(.unexpected, "cannot remove \(path)", why: errorText(error.errno), next: ["rm \(path)"])
    }
  }
}
