// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The verb `package`: build, finish and package, without root and without changing the host.
public struct Packager: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Makes the packages in a folder of its own below `out` and moves them from there when all are done.
  public func package(_ request: PackageRequest) async throws(ToaError) -> PackageDocument {
    let format = request.kind.format
    let out = try Self.absolute(request.out)
    let work = out + "/.toa-package"
    let jobs = try await jobs(request, work)
    if !request.dryRun { try await requireBuilder(format) }
    let steps = jobs.flatMap { $0.steps(system, console) }
    var names: [String] = []
    for name in jobs.flatMap(\.names) where !names.contains(name) { names.append(name) }
    let kernels = jobs.compactMap(\.kernel)
    if request.dryRun {
      for step in steps {
        console.print(console.styled(step.title, .strong))
        for command in step.commands { console.print("   # \(command)") }
      }
      let made = names.map { PackageDocument.Made(name: $0, file: "\(out)/\($0)", size: nil, sha256: nil) }
      return document(request, kernels, made)
    }
    for (number, step) in steps.enumerated() {
      try refuseIfCancelled()
      console.say("[\(number + 1)/\(steps.count)] \(step.title)", .strong)
      for command in step.commands { console.say(change: command) }
      do throws(ToaError) {
        try await step.run()
      } catch {
        // What make said stays; the rest would only lie in the way.
        if error.status != .buildFailed { try? system.files.remove(work) }
        throw error
      }
    }
    let made = try await collect(names, from: work, into: out)
    show(made)
    return document(request, kernels, made)
  }

  private func jobs(_ request: PackageRequest, _ work: String) async throws(ToaError) -> [PackageJob] {
    let trusted = try request.trust.map(trustParameter)
    let profile = try request.profile.map(profileParameter)
    let settings = PackageJob.Settings(trusted: trusted, profile: profile)
    guard request.kind.isCompiled else {
      if let option = request.optionOfCompiling {
        throw ToaError(
          .usage, "\(option) is for packages with a compiled module", why: "DKMS compiles on each host by itself",
          next: ["leave it out"])
      }
      return [.source(work, request.kind.format, settings)]
    }
    let hash = try await CarriedSources.sha256(system)
    var jobs: [PackageJob] = []
    guard request.modules.isEmpty else {
      if let option = request.optionOfBuilding {
        throw ToaError(
          .usage, "\(option) is for modules that are built, and --module names one that is",
          next: ["leave one of them out"])
      }
      for module in request.modules {
        let job = try await job(of: module, hash, settings, request, work)
        guard !jobs.contains(where: { $0.kernel == job.kernel }) else {
          throw ToaError(.usage, "two modules are for kernel \(job.kernel ?? "")", next: ["leave one of them out"])
        }
        jobs.append(job)
      }
      return jobs
    }
    for kernel in try await kernels(request.kernels) {
      jobs.append(try await job(kernel, hash, settings, request, work))
    }
    return jobs
  }

  /// The kernels that are meant: nil for the running one.
  private func kernels(_ named: [String]) async throws(ToaError) -> [String?] {
    guard named.contains(KernelSelection.every) else { return named.isEmpty ? [nil] : named }
    guard named.count == 1 else {
      throw ToaError(.usage, "--kernel all and --kernel RELEASE do not go together", next: ["leave one of them out"])
    }
    let installed = InstalledKernels.read(from: system.files, running: system.identity.kernelRelease).kernels
    let found = installed.filter(\.hasModules).map(\.release.text)
    guard !found.isEmpty else {
      throw ToaError(.notApplicable, "no kernel is installed here", next: ["name one: --kernel RELEASE"])
    }
    return found
  }

  private func job(
    _ kernel: String?, _ hash: String, _ settings: PackageJob.Settings, _ request: PackageRequest, _ work: String
  ) async throws(ToaError) -> PackageJob {
    var facts = try await system.facts(kernel: kernel)
    if let prefix = request.crossCompile { facts = await facts.crossing(prefix: prefix, using: system.run) }
    let inputs = try await BuildInputs(
      system, facts, compiler: request.compiler, crossCompile: request.crossCompile
    ).resolve(mayInstall: false)
    let release = facts.target.text
    let build = ModuleBuild(
      kernel: release, headers: inputs.headers, compiler: inputs.compiler, compilerName: inputs.compilerName,
      isClang: inputs.isClang, llvm: inputs.llvm?.words, cross: inputs.cross, folder: "\(work)/build/\(release)")
    let signing = try await signing(facts, request)
    let finish = ModuleFinish(
      module: build.module, strip: build.strip, signing: signing?.signing, compression: .usable(for: facts, system))
    let package = packages(
      for: facts, .build(build), finish, hash, signing?.signer,
      machine: inputs.cross?.processor.machine ?? system.identity.machine, settings, request, work)
    return .module(.build(build), finish, package)
  }

  private func signing(_ facts: HostFacts, _ request: PackageRequest) async throws(ToaError) -> SigningChoice? {
    try await SigningChoice.wanted(system, facts, key: request.signKey, certificate: request.signCertificate)
  }

  /// The job of a module that was built elsewhere, which its manifest has to describe.
  private func job(
    of module: String, _ hash: String, _ settings: PackageJob.Settings, _ request: PackageRequest, _ work: String
  ) async throws(ToaError) -> PackageJob {
    let fetch = try await ModuleFetch(module: module, folder: work + "/build", source: hash, system)
    let facts = try await system.facts(kernel: fetch.manifest.kernel)
    // What this machine's own key and kernel are says nothing of the hosts that get a signed module.
    let isNamed = request.signKey != nil
    let own = isNamed || fetch.manifest.signer == nil ? try await signing(facts, request) : nil
    // Its maker's compression was chosen for the kernel, which this machine need not know.
    let compression = ModuleCompression(file: fetch.manifest.file) ?? .none
    let (finish, signer) = fetch.finish(
      own, isNamed: isNamed, compression == .none ? .usable(for: facts, system) : compression, system)
    let package = packages(
      for: facts, .repository(fetch), finish, hash, signer, machine: fetch.manifest.architecture, settings, request,
      work)
    return .module(.repository(fetch), finish, package)
  }

  private func packages(
    for facts: HostFacts, _ origin: ModuleOrigin, _ finish: ModuleFinish, _ hash: String, _ signer: String?,
    machine: String, _ settings: PackageJob.Settings, _ request: PackageRequest, _ work: String
  ) -> PackageBuild {
    let format = request.kind.format
    let release = facts.target.text
    let needed = ModulePackage.kernelPackage(facts.packageFormat == format ? facts.owner : nil, kernel: release, format)
    if needed == nil {
      console.say(
        "  no package is known that has kernel \(release): the module's package will not ask for one", .warning)
    }
    return PackageBuild(
      folder: work, kernel: release, format: format, kernelPackage: needed?.name, kernelPackageVersion: needed?.version,
      architecture: format.architecture(machine), sourceSha256: hash, module: finish.output,
      compiler: origin.compilerName, signer: signer, trusted: settings.trusted, profile: settings.profile, replaced: [])
  }

  private func requireBuilder(_ format: PackageFormat) async throws(ToaError) {
    guard system.run.find(format.builder) == nil else { return }
    let advice = format.builderAdvice(for: Distribution.detect(in: system.files))
    throw ToaError(
      .refused, "\(format.builder) is not installed", why: "it makes every \(format.rawValue)",
      next: advice.commands.map(\.typed))
  }

  private func collect(
    _ names: [String], from work: String, into out: String
  ) async throws(ToaError) -> [PackageDocument.Made] {
    var made: [PackageDocument.Made] = []
    do {
      for name in names {
        let bytes = try system.files.bytes("\(work)/\(name)", limit: 256 << 20)
        let path = "\(out)/\(name)"
        try system.files.write(path, bytes)
        made.append(
          PackageDocument.Made(
            name: PackageFormat.packageName(ofFile: name), file: path, size: bytes.count,
            sha256: try await CarriedSources.sha256(of: bytes, system)))
      }
      try system.files.remove(work)
    } catch let error as FileError {
      throw ToaError(.buildFailed, "cannot write \(error.path)", why: errorText(error.errno))
    } catch let error as ToaError {
      throw error
    } catch {
      throw ToaError(.unexpected, "cannot keep the packages", why: "\(error)")
    }
    return made
  }

  private func show(_ made: [PackageDocument.Made]) {
    var table = Table(["package", "bytes", "sha256"], rightAligned: [1])
    for package in made { table.add(["\(package.file)", "\(package.size ?? 0)", "\(package.sha256 ?? "")"]) }
    for line in table.lines(console) { console.print(line) }
  }

  private func document(
    _ request: PackageRequest, _ kernels: [String], _ made: [PackageDocument.Made]
  ) -> PackageDocument {
    PackageDocument(dryRun: request.dryRun, kind: request.kind.rawValue, kernels: kernels, packages: made)
  }

  private static func absolute(_ folder: String) throws(ToaError) -> String {
    let path = absolutePath(folder)
    guard !path.contains(where: { " :%\n".contains($0) }) else {
      throw ToaError(
        .usage, "nothing can be built in \(shellQuoted(path))", why: "the path has a space, a colon or a percent sign",
        next: ["toa package --out /tmp/toa"])
    }
    return path
  }
}
