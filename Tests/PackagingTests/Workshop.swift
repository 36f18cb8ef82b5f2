// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Packaging
import SystemPackage
import Testing

/// A scratch folder in which packages are really made, and a root folder with a dpkg database in which they are installed.
final class Workshop {
  static let kernel = "9.9.9-test"
  let folder: String

  var root: String { folder + "/root" }
  var modules: String { "\(root)/lib/modules/\(Self.kernel)" }

  init() throws {
    var template = Array("/tmp/toa-deb-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    try shell(
      """
      mkdir -p \(folder)/out \(modules)/kernel \(root)/var/lib/dpkg/info \(root)/var/lib/dpkg/updates
      touch \(root)/var/lib/dpkg/status \(modules)/modules.order \(modules)/modules.builtin
      touch \(modules)/modules.builtin.modinfo
      printf '%s\\n' '__attribute__((section(".modinfo"))) const char a[] = "license=GPL";' >\(folder)/m.c
      gcc -c \(folder)/m.c -o \(modules)/kernel/other.ko
      PATH=$PATH:/usr/sbin:/sbin depmod -b \(root) \(Self.kernel)
      """)
  }

  deinit { _ = system("rm -rf \(folder)") }

  /// A file that depmod takes for a module.
  func objectFile() throws -> [UInt8] { try FileRoot(FilePath(modules)).bytes("/kernel/other.ko") }

  /// Makes a deb and returns its path.
  func make(_ package: DebPackage, name: String = "build", time: Int64 = 1_700_000_000) throws -> String {
    try make(DebPlan(package, folder: "\(folder)/\(name)", outputFolder: "\(folder)/out", time: time))
  }

  /// Makes an rpm and returns its path.
  func make(_ package: RpmPackage, name: String = "build", time: Int64 = 1_700_000_000) throws -> String {
    try make(RpmPlan(package, folder: "\(folder)/\(name)", outputFolder: "\(folder)/out", time: time))
  }

  /// Carries out a plan as its caller does, and returns the archive's path.
  private func make(_ plan: some PackagePlan) throws -> String {
    for file in plan.files {
      let parent = String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)])
      try FileRoot().makeDirectory(parent, mode: 0o700)
      if let target = file.link {
        try FileRoot().makeLink(file.path, to: target)
      } else {
        try FileRoot().write(file.path, file.bytes, mode: file.mode)
      }
    }
    for command in plan.commands { try shell(command.typedWithVariables + " >/dev/null 2>\(folder)/make.log") }
    return plan.output
  }

  /// Runs dpkg on the private root; scripts see it as DPKG_ROOT, and find programs in bin/ first. Whether it succeeded.
  func dpkg(_ arguments: String) -> Bool {
    system(
      """
      PATH=\(folder)/bin:$PATH:/usr/sbin:/sbin
      dpkg --root=\(root) --log=/dev/null --force-not-root --force-script-chrootless --force-depends --force-bad-path \
        \(arguments) >\(folder)/dpkg.log 2>&1
      """) == 0
  }

  /// Standard output of a shell script that must succeed.
  func output(_ script: String) throws -> String {
    try shell("{ \(script)\n} >\(folder)/output")
    return try FileRoot().text("\(folder)/output")
  }

  /// What systemd says against a unit whose program is not installed where this runs.
  func complaints(about unit: PackageFile, _ program: String) throws -> String {
    let name = try #require(unit.path.split(separator: "/").last)
    let text = String(decoding: unit.bytes, as: UTF8.self).replacing(program, with: "/bin/true")
    try FileRoot().makeDirectory("\(folder)/units", mode: 0o700)
    try FileRoot().write("\(folder)/units/\(name)", Array(text.utf8))
    try shell("command -v systemd-analyze >/dev/null")
    return try output("systemd-analyze verify \(folder)/units/\(name) 2>&1 | grep -F \(name) || true")
  }

  /// Every path, mode and content below the root, without dpkg's own database.
  func snapshot() throws -> String {
    try output(
      """
      cd \(root)
      find . -path ./var -prune -o -printf '%M %p ' \\( -type f -exec md5sum {} \\; -o -printf '\\n' \\) | sort
      """)
  }
}

extension ModulePackage {
  func deb() throws(PackagingError) -> DebPackage { try DebPackage(package(.deb)) }
}

extension CommonPackage {
  func deb() throws(PackagingError) -> DebPackage { try DebPackage(package(.deb)) }
}

extension KernelHooksPackage {
  func deb() throws(PackagingError) -> DebPackage { try DebPackage(package(.deb)) }
}

extension EBPFPackage {
  func deb() throws(PackagingError) -> DebPackage { try DebPackage(package(.deb)) }
}

extension TransparentPackage {
  func deb() throws(PackagingError) -> DebPackage { try DebPackage(package(.deb)) }
}

/// Runs a shell script that must succeed.
func shell(_ script: String) throws {
  try #require(system("set -eu\n" + script) == 0, "\(script)")
}
