// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The shared libraries of the running program.
enum ProgramLibraries {
  /// Their paths, as the kernel has mapped them; none in a static program.
  static func paths(_ maps: String) -> [String] {
    // "7f..-7f.. r-xp 00026000 fe:01 1234   /usr/lib/x86_64-linux-gnu/libc.so.6"
    let paths = maps.split(separator: "\n").compactMap { line in
      line.firstIndex(of: "/").map { String(line[$0...]) }
    }
    return Set(paths.filter { $0.contains(".so") && !$0.hasSuffix(" (deleted)") }).sorted()
  }

  /// The packages that own them, and those that none owns.
  static func owners(_ system: System) -> (packages: [String], unowned: [String]) {
    let paths = paths((try? system.files.text("/proc/self/maps")) ?? "")
    guard !paths.isEmpty, let database = DpkgDatabase.read(from: system.files) else { return ([], []) }
    var packages: Set<String> = []
    var unowned: [String] = []
    for path in paths {
      // Most are in packages called lib…, so that only their lists are read.
      let owner =
        database.owner(of: path, in: system.files, among: "lib") ?? database.owner(of: path, in: system.files)
      if let owner { packages.insert(owner.name) } else { unowned.append(path) }
    }
    return (packages.sorted(), unowned)
  }
}
