// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension Check {
  static let packageIntegrity = Check(
    "MOD19", .module, "package files unchanged",
    explanation: """
      What toa puts on a host belongs to packages: toa-modules-RELEASE (in an rpm: kmod-toa-RELEASE) with the module and
      toa-modules-common with the settings, or toa-ebpf. dpkg and rpm keep a checksum of each file. A changed or missing file means
      that somebody replaced it, or that a disk or a cleaning script damaged it.

      See which files, and put the right ones back:
          dpkg --verify 'toa-*'
          rpm --verify toa-modules-common kmod-toa-$(uname -r)
          toa uninstall && toa install

      Settings of one's own belong to /etc: a file /etc/modprobe.d/toa.conf or /etc/modules-load.d/toa.conf overrides the package's
      and is not touched.
      """
  ) { context in
    if let skip = context.unmet(.host) { return skip }
    guard context.facts.distribution.packageManager != nil else {
      return Outcome(.skipped, "neither dpkg nor rpm is used here")
    }
    let database = PackageDatabase(context.system)
    let prefixes = ["toa-modules-", "toa-ebpf"] + (database.format == .rpm ? [ModulePackage.prefix(.rpm)] : [])
    let packages = await database.installed(prefixes: prefixes)
    guard !packages.isEmpty else { return Outcome(.skipped, "no package of toa is installed") }
    let command = database.verify(packages)
    let result: CommandResult
    do throws(CommandError) {
      result = try await context.system.run.run(command)
    } catch {
      return Outcome(.skipped, "\(database.program) cannot be run", evidence: [error.description])
    }
    // Small images are told to leave documentation out.
    let changed = result.output.split(separator: "\n").map(String.init).filter { !$0.contains("/usr/share/doc/") }
    guard result.status == 0 || !changed.isEmpty || result.errorOutput.isEmpty else {
      return Outcome(
        .skipped, "\(database.program) cannot verify them",
        evidence: result.errorOutput.split(separator: "\n").map(String.init))
    }
    guard !changed.isEmpty else { return Outcome(.ok, packages.spoken) }
    return Outcome(
      .warning, "\(changed.count) file\(changed.count == 1 ? "" : "s") changed or missing",
      expected: "files as packaged",
      evidence: [command.typed] + changed, fix: ["toa uninstall && toa install"])
  }
}
