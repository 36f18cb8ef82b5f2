// SPDX-License-Identifier: Apache-2.0

/// The kernel that the next boot starts when nobody chooses in the menu.
public struct NextBoot: Sendable, Equatable, Codable {
  /// Its release.
  public let release: String
  /// What says so: a file of the boot loader, or the rule that the newest starts.
  public let evidence: String

  /// Reads what the boot loader was told; nil when no kernel is installed.
  ///
  /// A menu entry is known by the release in its name, which every distribution's generator puts there. Entries by number, and
  /// those that name no installed kernel, say nothing: then the newest starts, as the generators sort by version.
  public static func read(from root: FileRoot, _ kernels: InstalledKernels) -> NextBoot? {
    for (path, entry) in entries(root) {
      if let release = release(in: entry, kernels) { return NextBoot(release: release, evidence: "\(path): \(entry)") }
    }
    return kernels.newest.map { NextBoot(release: $0.release.text, evidence: "the newest installed kernel starts") }
  }

  /// The longest release of an installed kernel that an entry's name has, as 6.1.0-5 is a part of 6.1.0-56.
  private static func release(in entry: String, _ kernels: InstalledKernels) -> String? {
    kernels.kernels.filter(\.hasModules).map(\.release.text).filter { entry.has($0) }.max {
      $0.utf8.count < $1.utf8.count
    }
  }

  /// Names of entries that would start, the strongest first.
  private static func entries(_ root: FileRoot) -> [(path: String, entry: String)] {
    var found: [(String, String)] = []
    for folder in ["/boot/grub2", "/boot/grub"] {
      let (path, menu) = (folder + "/grubenv", folder + "/grub.cfg")
      let environment = (try? root.text(path)) ?? ""
      let configuration = (try? root.text(menu)) ?? ""
      for line in environment.lines {
        if let entry = line.after("next_entry="), !entry.isEmpty { found.append((path, String(entry))) }
      }
      // Where the menu does not ask for the saved entry, that one is a left-over.
      let isSaved =
        configuration.isEmpty || configuration.has("default=\"${saved_entry}\"") || configuration.has("blscfg")
      for line in environment.lines where isSaved {
        if let entry = line.after("saved_entry="), !entry.isEmpty { found.append((path, String(entry))) }
      }
      for line in configuration.lines {
        guard let value = line.trimmed.after("set default=\""), !value.hasPrefix("$") else { continue }
        found.append((menu, String(value.prefix { $0 != "\"" })))
      }
    }
    for path in ["/boot/loader/loader.conf", "/efi/loader/loader.conf", "/boot/efi/loader/loader.conf"] {
      for line in ((try? root.text(path)) ?? "").lines where line.hasPrefix("default ") {
        found.append((path, String(line.dropFirst("default ".count))))
      }
    }
    return found
  }
}
