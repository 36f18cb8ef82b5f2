// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let lastBuild = Check(
    "CC05", .compiler, "the last build", about: .module,
    explanation: """
      make's output of the last build for this kernel is kept in /var/log/toa/build-RELEASE.log. Where it failed, the first complaint
      says why, and doctor knows the usual ones: a flag that the compiler does not know or a plugin of another build (CC03, CC04), a
      helper program or a header that is missing (HDR01, HDR06), libelf or the compiler's own parts, a full disk, a kernel whose
      interfaces this toa does not know.

      Read the log, mend what it names, and build again:
          less /var/log/toa/build-$(uname -r).log
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    let path = ModuleBuild.logPath(context.kernel)
    guard context.system.files.exists(path) else { return Outcome(.ok, "none is on record") }
    guard let log = try? context.system.files.text(path) else {
      return Outcome(.skipped, "its log is not for this user", evidence: [path])
    }
    return lastBuildOutcome(log, path: path)
  }
}

/// Judges what make printed. What stopped it may be mended since, so that this is never more than a warning.
private func lastBuildOutcome(_ log: String, path: String) -> Outcome {
  let lines = log.split(separator: "\n").map(String.init)
  // A program that is only missed ("pahole: not found") stops nothing; make says when it stops.
  let isFailed = lines.contains { line in
    line.hasPrefix("make") && line.contains("***") || line.contains("undefined!") || line.contains("error:")
  }
  let complaints = lines.filter { line in
    ["error:", "Error ", "*** ", "undefined!", "not found", "No space left"].contains { line.contains($0) }
      && !line.contains("warning:")
  }
  guard isFailed, let first = complaints.first else { return Outcome(.ok, "went well", evidence: [path]) }
  let known: [(text: String, means: String, fix: String)] = [
    ("No space left on device", "the disk was full", "df -h /var/lib, and free some space"),
    ("unrecognized command", "the compiler does not know a flag of the kernel's", "toa doctor --only CC03"),
    ("unrecognised command", "the compiler does not know a flag of the kernel's", "toa doctor --only CC03"),
    ("unknown argument", "the compiler does not know a flag of the kernel's", "toa doctor --only CC03"),
    ("incompatible gcc/plugin versions", "a plugin is for another build of the compiler", "toa doctor --only CC04"),
    ("plugin", "a plugin of the compiler cannot be loaded", "toa doctor --only CC04"),
    ("GLIBC_", "a helper program of the headers does not run here", "toa doctor --only HDR06"),
    ("Exec format error", "a helper program of the headers does not run here", "toa doctor --only HDR06"),
    ("libelf", "libelf is missing", "toa doctor --explain HDR06"),
    ("fixdep", "a helper program of the headers is missing", "toa doctor --only HDR06"),
    ("modpost: not found", "a helper program of the headers is missing", "toa doctor --only HDR06"),
    ("autoconf.h", "the headers are incomplete", "toa doctor --only HDR"),
    ("Kernel configuration is invalid", "the headers are incomplete", "toa doctor --only HDR"),
    ("undefined!", "the kernel does not export what the module needs", "toa doctor --only MOD06"),
    ("cannot execute", "the compiler is incomplete", "toa doctor --only CC03"),
    ("not found", "a program is missing", "toa doctor --only CC07"),
  ]
  // The cause is not always in the first complaint: make says "Error 1" of what a program has said before.
  let hit = known.lazy.compactMap { one in
    lines.first { $0.contains(one.text) && !$0.contains("warning:") }.map { (one, $0) }
  }.first
  guard let (cause, line) = hit else {
    return Outcome(
      .warning, "failed, and doctor does not know the complaint", expected: "a build without errors",
      evidence: [path, first], fix: ["less \(path)", "toa install, and report it with the log"])
  }
  return Outcome(
    .warning, "failed: \(cause.means)", expected: "a build without errors", evidence: [path, line],
    fix: [cause.fix, "toa install"])
}
