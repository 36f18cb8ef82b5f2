// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let packageIntegrity = Check(
    "MOD19", .module, "package files unchanged",
    explanation: """
      What toa puts on a host belongs to packages: toa-modules-RELEASE with the module and toa-modules-common with the settings, or
      toa-ebpf. dpkg keeps a checksum of each file. A changed or missing file means that somebody replaced it, or that a disk or a
      cleaning script damaged it.

      See which files, and put the right ones back:
          dpkg --verify 'toa-*'
          toa uninstall && toa install

      Settings of one's own belong to /etc: a file /etc/modprobe.d/toa.conf or /etc/modules-load.d/toa.conf overrides the package's
      and is not touched.
      """
  ) { context in
    if let skip = context.unmet(.host) { return skip }
    guard context.facts.distribution.family == .debian, let database = DpkgDatabase.read(from: context.system.files)
    else {
      return Outcome(.skipped, "dpkg is not used here")
    }
    let packages = database.installed(prefix: "toa-modules-") + database.installed(prefix: "toa-ebpf")
    guard !packages.isEmpty else { return Outcome(.skipped, "no package of toa is installed") }
    let command = Command("dpkg", ["--verify"] + packages, environment: ["LC_ALL": "C.UTF-8"])
    let result: CommandResult
    do throws(CommandError) {
      result = try await context.system.run.run(command)
    } catch {
      return Outcome(.skipped, "dpkg cannot be run", evidence: [error.description])
    }
    // Small images are told to leave documentation out.
    let changed = result.output.split(separator: "\n").map(String.init).filter { !$0.contains("/usr/share/doc/") }
    guard result.status == 0 || !changed.isEmpty || result.errorOutput.isEmpty else {
      return Outcome(
        .skipped, "dpkg cannot verify them", evidence: result.errorOutput.split(separator: "\n").map(String.init))
    }
    guard !changed.isEmpty else { return Outcome(.ok, packages.spoken) }
    return Outcome(
      .warning, "\(changed.count) file\(changed.count == 1 ? "" : "s") changed or missing",
      expected: "files as packaged",
      evidence: [command.typed] + changed, fix: ["toa uninstall && toa install"])
  }
}
