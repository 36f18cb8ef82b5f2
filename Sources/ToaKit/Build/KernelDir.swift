// SPDX-License-Identifier: Apache-2.0
internal import Host

extension System {
  /// Reads what is to be known of the kernel whose headers or build tree lie in a folder, wherever that is.
  func facts(kernelDir folder: String) async throws(ToaError) -> HostFacts {
    let what = "\(folder) has no kernel's headers"
    guard files.isDirectory(folder) else {
      throw ToaError(
        .headersMissing, what, why: "there is no such folder",
        next: ["name the folder that holds include/generated/utsrelease.h"])
    }
    guard let release = KernelHeaders.utsRelease(at: folder, in: files).flatMap(KernelRelease.init) else {
      let isSource = files.exists(folder + "/Kconfig")
      throw ToaError(
        .headersMissing, what,
        why: isSource
          ? "it is a source tree that was not built: include/generated/utsrelease.h, which says the release, is not there"
          : "include/generated/utsrelease.h, which says the release, is not there",
        next: [
          isSource
            ? "make -C \(shellQuoted(folder))"
            : "name the folder that holds it: linux-headers-RELEASE of Debian, kernels/RELEASE of Red Hat"
        ])
    }
    guard let facts = await HostFacts.read(from: files, using: run, target: release, tree: folder) else {
      throw ToaError(.unexpected, "cannot read the host")
    }
    let headers = facts.headers
    var missing = headers.missingTools
    if case .incomplete(let files) = headers.state { missing = files + missing }
    if facts.config == nil { missing.append(".config") }
    // With it a build of this module names every symbol as undefined.
    if !headers.hasSymbolVersions { missing.append("Module.symvers") }
    guard missing.isEmpty else {
      throw ToaError(
        .headersMissing, "the headers of kernel \(release) in \(folder) are incomplete",
        why: "missing: \(missing.joined(separator: ", "))",
        next: [
          files.exists(folder + "/Kconfig")
            ? "make -C \(shellQuoted(folder))  (modules_prepare makes all but Module.symvers)"
            : "unpack all packages of the headers beside each other (Debian: linux-headers-RELEASE, -common, linux-kbuild)"
        ])
    }
    return facts
  }
}

extension KernelHeaders {
  /// The option by which a person names these headers to `toa build`.
  var option: String {
    place == Self.link(for: release) ? "--kernel \(release)" : "--kernel-dir \(shellQuoted(place))"
  }
}
