// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

/// A root folder with modules for a kernel "9.9.9-test", made by gcc and depmod: object files with what libkmod reads in them.
///
/// `toa` needs a symbol of `base`; `toa` is there twice, and depmod prefers the one in updates/.
final class ModuleTree {
  static let release = "9.9.9-test"
  let root: String

  var updates: String { "\(root)/lib/modules/\(Self.release)/updates" }
  var modules: String { "\(root)/lib/modules/\(Self.release)" }

  init() throws {
    var template = Array("/tmp/toa-kmod-XXXXXX".utf8CString)
    let made = try #require(mkdtemp(&template))
    root = String(cString: made)
    try shell(
      """
      PATH=$PATH:/usr/sbin:/sbin
      cd \(root)
      m=lib/modules/\(Self.release)
      mkdir -p $m/kernel $m/updates modprobe.d
      printf '%s\\n' \\
        '__attribute__((section(".modinfo"))) const char a[] = "license=GPL";' \\
        '__attribute__((section("__ksymtab_strings"))) const char b[] = "base_call";' \\
        'int base_call(void) { return 0; }' >base.c
      printf '%s\\n' \\
        '__attribute__((section(".modinfo"))) const char a[] = "version=0.1.0\\0license=GPL v2\\0"' \\
        '  "vermagic=9.9.9-test SMP mod_unload \\0parm=trusted:prefixes, comma separated (charp)";' \\
        'int base_call(void); int toa(void) { return base_call(); }' >toa.c
      gcc -c base.c -o $m/kernel/base.ko
      gcc -c toa.c -o $m/updates/toa.ko
      cp $m/updates/toa.ko $m/kernel/toa.ko
      touch $m/modules.order $m/modules.builtin $m/modules.builtin.modinfo
      depmod -b . \(Self.release)
      """)
  }

  deinit { _ = system("rm -rf \(root)") }

  /// Writes a modprobe.d file and returns its folder.
  func configuration(_ line: String) throws -> String {
    try shell("echo '\(line)' >\(root)/modprobe.d/test.conf")
    return "\(root)/modprobe.d"
  }
}

/// Runs a shell script that must succeed.
func shell(_ script: String) throws {
  try #require(system("set -eu\n" + script) == 0)
}
