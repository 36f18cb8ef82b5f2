// SPDX-License-Identifier: Apache-2.0
internal import Assets

/// A file of the repository that toa carries inside itself.
public struct CarriedFile: Sendable, Equatable {
  /// Path below the folder that it was asked from: "main.c", "probes/probe.sh".
  public var path: String
  /// Content.
  public var bytes: [UInt8]

  /// Content as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Every carried file below `folder` ("module-src/", "templates/deb/"), sorted by path.
  public static func all(in folder: String) -> [CarriedFile] {
    (0..<assets_count()).compactMap { index in
      guard let name = assets_path(index), let start = assets_bytes(index) else { return nil }
      let path = String(cString: name)
      guard path.hasPrefix(folder) else { return nil }
      return CarriedFile(
        path: String(path.dropFirst(folder.count)),
        bytes: Array(UnsafeBufferPointer(start: start, count: assets_size(index))))
    }
  }

  /// The carried file at `path` below the repository; nil when there is none.
  public static func named(_ path: String) -> CarriedFile? {
    all(in: path).first { $0.path.isEmpty }
  }
}
