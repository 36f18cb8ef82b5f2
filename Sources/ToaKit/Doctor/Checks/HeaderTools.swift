// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let headerTools = Check(
    "HDR06", .headers, "helper programs", about: .module,
    explanation: """
      Building a module runs programs that were compiled together with the kernel: scripts/basic/fixdep, scripts/mod/modpost and, on
      most kernels, tools/objtool/objtool. Headers that were copied from another machine, or made on a newer distribution, bring
      programs that do not run here ("Exec format error", "version GLIBC_2.34 not found").

      On Debian they are in linux-kbuild-VERSION, which the headers' package needs; on RHEL and SUSE in the -devel package itself.
      objtool also needs libelf:
          apt-get install libelf1
          dnf install elfutils-libelf

      Headers of one's own making: `make modules_prepare` in the tree, on this machine, builds them again.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable, .headers) { return skip }
    let headers = context.facts.headers
    guard headers.missingTools.isEmpty else {
      return Outcome(
        context.buildSeverity, "\(headers.missingTools.spoken) not there", expected: "all of them in the headers",
        evidence: [headers.folder ?? context.facts.target.buildLink], fix: context.headersAgain)
    }
    var evidence: [String] = []
    // Both say how they are used when they are called without arguments; modpost would begin to work.
    for tool in ["scripts/basic/fixdep", "tools/objtool/objtool"] {
      let path = "\(context.facts.target.buildLink)/\(tool)"
      guard context.system.files.isFile(path), let place = context.system.files.locate(path) else { continue }
      guard let complaint = await context.system.complaint(ofRunning: place) else { continue }
      evidence.append("\(path): \(complaint)")
    }
    guard evidence.isEmpty else {
      return Outcome(
        context.buildSeverity, "helper programs of the headers do not run here", evidence: evidence,
        fix: context.headersAgain)
    }
    return Outcome(.ok, "present, and they run")
  }
}

extension System {
  /// Why a program cannot run on this machine; nil when it starts, whatever it then says.
  fileprivate func complaint(ofRunning path: String) async -> String? {
    do throws(CommandError) {
      let result = try await run.run(Command(path))
      let lines = result.errorOutput.split(separator: "\n").map(String.init)
      return lines.first { $0.contains("error while loading shared libraries") || $0.contains("GLIBC_") }
    } catch {
      return error.reason
    }
  }
}
