// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let initramfs = Check(
    "PER05", .persistence, "initramfs", about: .module,
    explanation: """
      An initramfs may have a copy of toa.ko: dracut puts the modules of modules-load.d into it, initramfs-tools those that
      /etc/initramfs-tools/modules names. The copy is loaded before the root file system is there, so that after an update of toa the next boot
      still has the module of the day on which the initramfs was made.

      No copy is well: toa is not needed before the root file system. One that is not the installed module has to be made anew:
          update-initramfs -u -k RELEASE
          dracut -f --kver RELEASE
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    guard let file = context.file else { return context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed") }
    let files = context.system.files
    guard let image = Initramfs.image(of: context.kernel, in: files), let place = files.locate(image) else {
      return Outcome(.ok, "\(context.kernel) has none")
    }
    guard let maker = Initramfs.Maker.allCases.first(where: { context.system.run.find($0.lister) != nil }) else {
      return Outcome(.skipped, "neither lsinitramfs nor lsinitrd is here to look into \(image)")
    }
    let listing = maker.list(place)
    guard let result = try? await context.system.run.run(listing), result.status == 0 else {
      return Outcome(.skipped, "\(image) cannot be read", evidence: [listing.typed])
    }
    let copies = Initramfs.modules(ModuleBackend.moduleName, inListing: result.output)
    guard !copies.isEmpty else { return Outcome(.ok, "\(image) has no toa.ko, and needs none") }
    let size = files.size(file.path) ?? 0
    let evidence = copies.map { "\(image): \($0.path), \($0.size) bytes" } + ["\(file.path), \(size) bytes"]
    // Some makers take the compression off; then only the kernel's own answer to `modinfo` would tell.
    let compared = copies.filter { $0.path.suffixOfModule == file.path.suffixOfModule }
    if compared.contains(where: { $0.size != size }) {
      return Outcome(
        .warning, "\(image) has another toa.ko than the installed one, and the next boot loads it",
        expected: "the installed one, or none", evidence: evidence, fix: [maker.remake(context.kernel).typed])
    }
    if let made = files.modified(image), let changed = files.changed(file.path), made < changed {
      return Outcome(
        .info, "\(image) has a toa.ko and is older than the installed one", expected: "the installed one, or none",
        evidence: evidence, fix: [maker.remake(context.kernel).typed])
    }
    return Outcome(.ok, "\(image) has the installed toa.ko", evidence: evidence)
  }
}

extension String {
  /// ".ko", ".ko.xz" of a module's file.
  fileprivate var suffixOfModule: Substring {
    guard let range = firstRange(of: ".ko") else { return "" }
    return self[range.lowerBound...]
  }
}
