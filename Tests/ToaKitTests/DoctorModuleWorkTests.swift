// SPDX-License-Identifier: Apache-2.0
import Testing
import ToaKit

/// What doctor says of a loaded module at its work.
@Suite struct DoctorModuleWorkTests {
  @Test(arguments: debug) func `a check of the loaded module's work finds`(_ situation: Situation) async throws {
    try await situation.verify()
  }

  private static func debugLines(_ flags: String) -> [String: String?] {
    ["/proc/dynamic_debug/control": "# filename\na.c:1 [toa]say \(flags) \"x\"\nb.c:2 [toa]tell =_ \"y\"\n"]
  }

  static let debug: [Situation] = [
    Situation("MOD16", .ok, "off", says: "off", .loaded, debugLines("=_")),
    Situation("MOD16", .info, "left on", says: "on", fix: "toa debug off", .loaded, debugLines("=p")),
    Situation(
      "MOD16", .skipped, "a kernel without dynamic debug", says: "none to switch", .loaded, ["/proc/dynamic_debug": nil]
    ),
    Situation(
      "MOD16", .skipped, "a module without debug lines", says: "none to switch", .loaded,
      ["/proc/dynamic_debug/control": "# filename\n"]),
    Situation("MOD16", .skipped, "not loaded", says: "MOD01", .installed),
  ]
}
