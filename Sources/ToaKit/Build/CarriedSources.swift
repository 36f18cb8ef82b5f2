// SPDX-License-Identifier: Apache-2.0
internal import Packaging

/// The kernel module's source as it travels inside toa.
enum CarriedSources {
  /// The files of module-src/, paths below it, sorted by path: a build copies them as they are.
  static let moduleSource: [CarriedFile] = CarriedFile.all(in: "module-src/")

  /// The questions to the kernel's headers.
  static var probes: String { moduleSource.first { $0.path == "probes/probes.c" }?.text ?? "" }
}
