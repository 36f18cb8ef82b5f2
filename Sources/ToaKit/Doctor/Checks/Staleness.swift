// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let weakUpdates = Check(
    "MOD09", .module, "not another kernel's file", about: .module,
    explanation: """
      On RHEL and SUSE weak-modules(8) links a module of one kernel into weak-updates/ of the others, when the checksums of the symbols
      that it imports are the same. That says nothing of the structures that toa.ko looks into. Its packages switch the mechanism
      off; a link comes from a module that was packaged or installed by other means.

      Take the links away, write the index anew, and give the kernel a module of its own:
          rm /lib/modules/$(uname -r)/weak-updates/toa.ko
          depmod -a $(uname -r)
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let files = context.system.moduleFiles(of: context.kernel)
    let links = files.filter { context.system.files.isOfAnotherKernel($0, than: context.kernel) }
    guard let link = links.first else {
      guard !files.isEmpty else { return context.unmet(.moduleFile) ?? Outcome(.ok, "none") }
      return Outcome(.ok, "yes", evidence: files)
    }
    let isTaken = context.file.map { links.contains($0.path) } ?? true
    return Outcome(
      isTaken && !context.isLoaded ? .error : .warning,
      isTaken ? "the kernel would load \(link), a link to another kernel's" : "\(link) is a link to another kernel's",
      expected: "a toa.ko of its own",
      evidence: links.map { "\($0) -> \(context.system.files.linkTarget($0) ?? "")" },
      fix: links.map { "rm \($0)" } + ["depmod -a \(context.kernel)"] + (isTaken ? ["toa install"] : []))
  }

  static let packageCurrent = Check(
    "MOD10", .module, "as new as toa", about: .module,
    explanation: """
      The program toa carries the module's source. After an update of toa the kernel still has the module of the version before, until
      it is built again; nothing tells by itself, as both work. The package of a module names the source from which it was built.

      Bring the module up to date, which unloads and loads it, at a time when that suits:
          toa install --dry-run
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .moduleFile) { return skip }
    let packages = await InstalledPackages.read(context.system, kernel: context.kernel)
    guard let built = packages.sourceSha256 else { return Outcome(.skipped, "no package of toa says how it was built") }
    let carried: String
    do throws(ToaError) {
      carried = try await CarriedSources.sha256(context.system)
    } catch {
      return Outcome(.skipped, error.what, evidence: [error.why])
    }
    let version = packages.version ?? "unknown"
    if built == carried { return Outcome(.ok, version, evidence: ["built from source \(built.prefix(12))"]) }
    return Outcome(
      .warning, "toa.ko of package version \(version) is built from another source than toa \(toaVersion) carries",
      expected: "source \(carried.prefix(12))", evidence: ["the package: source \(built.prefix(12))"],
      fix: ["toa install"])
  }
}

extension FileRoot {
  /// Whether a module's file leads into another kernel's folder.
  func isOfAnotherKernel(_ path: String, than kernel: String) -> Bool {
    guard linkTarget(path) != nil, let place = resolve(path) else { return false }
    let words = place.split(separator: "/")
    guard let modules = words.firstIndex(of: "modules"), modules + 1 < words.endIndex else { return false }
    return words[modules + 1] != kernel
  }
}
