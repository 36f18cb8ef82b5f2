// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// What `toa package` is asked for.
public struct PackageRequest: Sendable, Equatable {
  /// What to make.
  public enum Kind: String, Sendable, CaseIterable {
    /// The module for each kernel, as debs.
    case deb
    /// The same as rpms.
    case rpm
    /// The module's source for DKMS, as a deb.
    case dkmsDeb = "dkms-deb"
    /// The same as an rpm.
    case dkmsRpm = "dkms-rpm"

    /// What the packages are files of.
    public var format: PackageFormat { self == .deb || self == .dkmsDeb ? .deb : .rpm }
    /// Whether the module is compiled here.
    var isCompiled: Bool { self == .deb || self == .rpm }
  }

  /// What to make.
  public var kind: Kind
  /// Kernel releases, or `all`; none is the running one.
  public var kernels: [String] = []
  /// Folder that gets the packages.
  public var out = "."
  /// Prefixes from which an option is believed beside the module's own default; nil leaves the default.
  public var trust: String?
  /// Words of the profile; nil leaves the default.
  public var profile: String?
  /// A compiler that the user names; nil chooses the kernel's.
  public var compiler: String?
  /// What the names of the tools for the kernels' processor begin with, where that is not this machine's.
  public var crossCompile: String?
  /// The key to sign with; nil takes one that this host has.
  public var signKey: String?
  /// Its certificate.
  public var signCertificate: String?
  /// Only print the commands.
  public var dryRun = false

  /// Creates a request for one kind of package.
  public init(_ kind: Kind) { self.kind = kind }
}

/// What `toa package` answers.
public struct PackageDocument: Document {
  /// A package that was or would be made.
  public struct Made: Encodable, Sendable {
    /// Its name.
    public let name: String
    /// Absolute path of the file.
    public let file: String
    /// Bytes of the file; nil when nothing was made.
    public let size: Int?
    /// SHA-256 of the file; nil when nothing was made.
    public let sha256: String?
  }

  /// Shape of the document.
  public let schema = "toa.package/1"
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// "deb", "rpm", "dkms-deb" or "dkms-rpm".
  public let kind: String
  /// Releases of the kernels that modules were compiled for.
  public let kernels: [String]
  /// The packages, that of the settings first.
  public let packages: [Made]
}

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
    let signing = try await SigningChoice.wanted(
      system, facts, key: request.signKey, certificate: request.signCertificate)
    let finish = ModuleFinish(
      module: build.module, strip: build.strip, signing: signing?.signing, compression: .usable(for: facts, system))
    let format = request.kind.format
    let needed = ModulePackage.kernelPackage(facts.packageFormat == format ? facts.owner : nil, kernel: release, format)
    if needed == nil {
      console.say(
        "  no package is known that has kernel \(release): the module's package will not ask for one", .warning)
    }
    let machine = inputs.cross?.processor.machine ?? system.identity.machine
    let package = PackageBuild(
      folder: work, kernel: release, format: format, kernelPackage: needed?.name, kernelPackageVersion: needed?.version,
      architecture: format.architecture(machine), sourceSha256: hash, module: finish.output,
      compiler: build.compilerName, signer: signing?.signer, trusted: settings.trusted,
      profile: settings.profile, replaced: [])
    return .module(build, finish, package)
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

extension PackageRequest {
  /// An option that only a compiler or a kernel has a use for.
  fileprivate var optionOfCompiling: String? {
    let options = [
      ("--kernel", !kernels.isEmpty), ("--compiler", compiler != nil), ("--cross-compile", crossCompile != nil),
      ("--sign-key", signKey != nil), ("--sign-cert", signCertificate != nil),
    ]
    return options.first { $0.1 }?.0
  }
}
