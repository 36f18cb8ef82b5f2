// SPDX-License-Identifier: Apache-2.0
internal import Packaging

/// The kernel module's source as it travels inside toa.
enum CarriedSources {
  /// The files of module-src/, paths below it, sorted by path: a build copies them as they are.
  static let moduleSource: [CarriedFile] = CarriedFile.all(in: "module-src/")
}
