// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Builder {
  /// Says what a build would take from this host and why, what is missing, and how it would end; changes nothing.
  public func explain(_ request: BuildRequest) async throws(ToaError) -> (BuildExplanation, ExitStatus) {
    let facts = try await facts(request)
    let inputs = BuildInputs(system, facts, compiler: request.compiler, crossCompile: request.crossCompile)
    let problems = await inputs.problems()
    var resolved: BuildInputs.Resolved?
    if problems.isEmpty { resolved = try await inputs.resolve(mayInstall: false) }
    var offline: BuildExplanation.Offline?
    if let folder = request.offline { offline = try await look(for: await inputs.missingPackages(), in: folder, facts) }
    let explanation = explanation(facts, problems, resolved, offline, crossCompile: request.crossCompile)
    BuildExplanationText(explanation: explanation, console: console).show()
    return (explanation, problems.first?.status ?? .success)
  }

  private func look(
    for packages: [String], in folder: String, _ facts: HostFacts
  ) async throws(ToaError) -> BuildExplanation.Offline? {
    guard let manager = facts.distribution.packageManager else { return nil }
    let offline = try OfflinePackages(system, manager, folder: folder)
    do throws(ToaError) {
      let files = try await offline.files(for: packages, .buildFailed)
      return BuildExplanation.Offline(folder: offline.folder, files: files.map(\.path), missing: [])
    } catch {
      return BuildExplanation.Offline(folder: offline.folder, files: [], missing: [error.description])
    }
  }

  private func explanation(
    _ facts: HostFacts, _ problems: [ToaError], _ resolved: BuildInputs.Resolved?,
    _ offline: BuildExplanation.Offline?, crossCompile: String?
  ) -> BuildExplanation {
    let command = resolved.map { inputs in
      ModuleBuild(
        kernel: facts.target.text, headers: inputs.headers, compiler: inputs.compiler,
        compilerName: inputs.compilerName, isClang: inputs.isClang, llvm: inputs.llvm?.words, cross: inputs.cross,
        folder: "DIR"
      ).make.typed
    }
    let statements = facts.compiler?.statements ?? []
    return BuildExplanation(
      kernel: facts.target.text, runs: facts.isRunning, flavor: facts.flavor.verdict.rawValue,
      package: facts.owner?.text, distribution: facts.distribution.prettyName, headers: facts.headers.folder,
      headersRelease: facts.headers.utsRelease, config: facts.config?.source,
      builtBy: statements.enumerated().map { index, statement in
        BuildExplanation.Statement(
          place: statement.place, compiler: statement.compiler.text, counts: index == 0)
      },
      plugins: facts.headers.gccPlugins,
      lookedFor: Toolchain.names(for: facts.compiler?.identity, crossing: crossCompile),
      compilers: facts.toolchain.candidates.map { candidate in
        BuildExplanation.Candidate(
          path: candidate.path, compiler: "\(candidate.identity.kind.rawValue) \(candidate.identity.version)",
          machine: candidate.machine, verdict: facts.verdict(on: candidate))
      },
      compiler: resolved?.compiler, reason: resolved?.reason ?? facts.choice.reason, command: command,
      environment: system.poison(),
      missing: problems.map { BuildExplanation.Missing(what: $0.what, why: $0.why, next: $0.next) },
      offline: offline)
  }
}

extension System {
  /// Names of the variables in this process's environment that a build leaves out.
  func poison() -> [String] {
    let bytes = (try? files.bytes("/proc/self/environ")) ?? []
    return bytes.split(separator: 0).compactMap { entry in
      let words = String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1)
      guard words.count == 2, BuildEnvironment.poison.contains(String(words[0])) else { return nil }
      return String(words[0])
    }
  }
}
