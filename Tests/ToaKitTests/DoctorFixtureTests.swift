// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import SystemPackage
import Testing
import ToaKit

/// Doctor on the trees of Tests/Fixtures/hosts, with the answers of their programs.
@Suite struct DoctorFixtureTests {
  private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent().appending("Fixtures")
  private static let names = FileRoot(folder).list("/hosts")

  /// Errors and warnings of a host with toa not installed, whose kernel takes no eBPF programs.
  private static let bad: [String: String] = [
    "centos-7": "PER04 warning", "centos-8": "HDR03 error", "clang-kernel": "CC03 error, CC07 error",
    "debian-12": "HDR01 error, CC03 error", "debian-13": "SIG03 error, BPF02 error", "fedora-coreos-40": "ENV06 error",
    "kylin-v10": "HDR01 error", "no-modules": "ENV03 error, BPF02 error", "rocky-9": "HDR01 error",
    "tencentos-2": "CC03 error",
    "tencentos-3": "HDR01 error", "ubuntu-16.04": "PER04 warning", "ubuntu-18.04": "HDR02 error, MOD14 error",
    "ubuntu-20.04": "CC03 error", "ubuntu-22.04": "CC03 error", "ubuntu-24.04": "SIG02 error, MOD11 error, BPF02 error",
  ]

  /// What is left of them when the kernel takes the programs.
  private static let badWithBpf: [String: String] = [
    "centos-7": "PER04 warning", "fedora-coreos-40": "ENV06 warning", "ubuntu-16.04": "PER04 warning",
    "ubuntu-24.04": "MOD11 error",
  ]

  @Test(arguments: names, [false, true]) func `doctor knows what is wrong with`(_ name: String, takesBpf: Bool)
    async throws
  {
    let root = FileRoot(Self.folder.appending("hosts").appending(name))
    let system = System.untouched().with(files: root).with(modules: [:]).with(
      moduleLoading: name == "no-modules" ? 38 : 9
    )
    .with(Identity(kernelRelease: "unused", machine: "x86_64")).with(now: Int64(time(nil)))
    .with(bpf: takesBpf ? .able() : .unable(errno: 22))
    let scripted = try Self.scripted(system, name)
    let findings = await Doctor().examine(try await DoctorContext.gather(scripted))
    let bad = findings.filter { [.warning, .error, .crashed].contains($0.status) }
    let summary = bad.map { "\($0.id) \($0.status.rawValue)" }.joined(separator: ", ")
    #expect(
      summary == (takesBpf ? Self.badWithBpf : Self.bad)[name] ?? "",
      "\(bad.map { "\($0.id) \($0.observed) \($0.fix)" })")
  }

  /// `system` with the programs of a script.
  private static func scripted(_ system: System, _ name: String) throws -> System {
    let script = try CommandScript(of: name, in: FileRoot(folder))
    let found = ["make": "/usr/bin/make", "ld": "/usr/bin/ld"].merging(script.programs) { $1 }
    let inRoot = "--root \(system.files.location.string) "
    let answers = script.outputs
    @Sendable func answer(_ command: Command) -> CommandResult {
      var typed = command.typed
      if let range = typed.firstRange(of: inRoot) { typed.removeSubrange(range) }
      return (answers[typed] ?? answers["LC_ALL=C \(typed)"]).map { CommandResult(status: 0, output: $0) }
        ?? CommandResult(status: 127)
    }
    var system = system
    system.run = CommandRunner(
      run: { command async throws(CommandError) in answer(command) },
      stream: { command, _ async throws(CommandError) in answer(command) },
      find: { found[$0] ?? (found.values.contains($0) || answers["\($0) --version"] != nil ? $0 : nil) })
    return system
  }
}
