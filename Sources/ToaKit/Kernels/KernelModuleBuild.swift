// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Gets the module of one kernel, which need not run, from the repository of the installation or by building it, and puts it where
/// that kernel looks at its boot.
struct KernelModuleBuild: Sendable {
  let system: System
  let console: Console

  /// Where the module of a kernel is built.
  static func folder(_ kernel: String) -> String { "\(KernelRecord.folder)/\(kernel).build" }

  func run(_ kernel: KernelRelease) async throws(ToaError) -> KernelDocument {
    let place = ModulePlace(system, kernel: kernel.text)
    let family = Distribution.detect(in: system.files).family
    guard place.kernelIsInstalled else {
      console.say("toa: kernel \(kernel) has no modules here; nothing to build for")
      return KernelDocument(kernel.text, .left)
    }
    let index = ModuleIndex.read(for: kernel.text, in: system.files)
    if let intree = index.inTree(ModuleBackend.moduleName) {
      console.say("toa: kernel \(kernel) has a toa module of its own, \(intree.path); nothing built", .warning)
      return KernelDocument(kernel.text, .left)
    }
    for file in place.added {
      switch await place.owner(of: file, family) {
      case .package(let name): return left(kernel, "the package \(name) has")
      case .dkms: return left(kernel, "DKMS has")
      case .hook, .nobody: break
      }
    }
    do throws(ToaError) {
      return try await build(kernel)
    } catch {
      try note(error, kernel)
      throw error
    }
  }

  private func left(_ kernel: KernelRelease, _ who: String) -> KernelDocument {
    console.say("toa: \(who) the module of kernel \(kernel)")
    return KernelDocument(kernel.text, .left)
  }

  /// Keeps what went wrong where `toa status` and `toa doctor` find it; a module that was in place before stays.
  private func note(_ error: ToaError, _ kernel: KernelRelease) throws(ToaError) {
    var record = KernelRecord.read(kernel.text, in: system.files) ?? newRecord(kernel)
    record.state = .failed
    record.why = error.description
    record.next = error.next
    record.version = toaVersion
    record.time = system.now()
    try keep(record)
    try? system.files.remove(Self.folder(kernel.text))
  }

  private func newRecord(_ kernel: KernelRelease) -> KernelRecord {
    KernelRecord(kernel: kernel.text, state: .building, time: system.now())
  }

  private func keep(_ record: KernelRecord) throws(ToaError) {
    do throws(FileError) {
      try record.write(to: system.files)
    } catch {
      throw ToaError(
        .unexpected, "cannot keep \(KernelRecord.path(record.kernel))", why: errorText(error.errno),
        next: ["make room there, then: toa kernel-added \(record.kernel)"])
    }
  }

  private func build(_ kernel: KernelRelease) async throws(ToaError) -> KernelDocument {
    let facts = try await system.facts(kernel: kernel.text)
    let old = KernelRecord.read(kernel.text, in: system.files)
    let source = try await CarriedSources.sha256(system)
    let headers = try await headersHash(facts)
    if try await isInPlace(old, kernel, source), let module = old?.module,
      module.repository != nil || module.headersSha256 == headers && facts.headersAreToCome == nil
    {
      console.say("toa: kernel \(kernel) has its toa.ko")
      return KernelDocument(kernel.text, .current)
    }
    var record = old ?? newRecord(kernel)
    record.state = .building
    record.why = ""
    record.next = []
    record.time = system.now()
    let own = try await SigningChoice.wanted(system, facts, key: nil, certificate: nil)
    let compression = ModuleCompression.usable(for: facts, system)
    let fetch = try await fetch(facts, record)
    let finish: ModuleFinish
    let compiler: String
    if let fetch {
      finish = fetch.finish(own, isNamed: false, compression, system).finish
      compiler = fetch.manifest.compiler
    } else {
      if let reason = facts.headersAreToCome { return try wait(facts, old, reason) }
      let build = try await compile(facts, record)
      finish = ModuleFinish(
        module: build.module, strip: build.strip, signing: own?.signing, compression: compression)
      compiler = build.compilerName
    }
    let finished = try await finish.run(system, console)
    let file = ModulePackage.path(
      kernel.text, PackageDatabase(system).format, ModuleCompression(file: finished) ?? .none)
    let module = KernelRecord.Module(
      file: file, sha256: try await sha256(of: finished), sourceSha256: source,
      headersSha256: fetch == nil ? headers : "", compiler: compiler, repository: fetch?.place)
    try await put(finished, module, record, replacing: old?.module?.file)
    console.say("toa: kernel \(kernel) has its toa.ko: \(file)", .good)
    return KernelDocument(kernel.text, fetch == nil ? .built : .taken)
  }

  /// Whether the module that a record speaks of is where it was put, and made of the source that toa carries.
  private func isInPlace(_ record: KernelRecord?, _ kernel: KernelRelease, _ source: String) async throws(ToaError)
    -> Bool
  {
    guard let module = record?.module, record?.state == .ready, module.sourceSha256 == source,
      Depmod.lists(module.file, kernel.text, system)
    else { return false }
    return (try? await sha256(of: module.file)) == module.sha256
  }

  /// Takes the module that the repository of the last installation has for a kernel; nil where it has none that fits, which is said.
  private func fetch(_ facts: HostFacts, _ record: KernelRecord) async throws(ToaError) -> ModuleFetch? {
    guard let repository = ModuleRepository.recorded(in: system.files) else { return nil }
    let what = "toa: no module for kernel \(facts.target) from \(repository.location): "
    do throws(ToaError) {
      switch try await repository.offer(for: facts, system) {
      case .module(var fetch):
        fetch.folder = Self.folder(facts.target.text)
        try keep(record)
        console.say("toa: taking toa.ko for kernel \(facts.target) from \(fetch.place)")
        for command in fetch.typedCommands { console.say(change: command) }
        try await fetch.run(system, console)
        return fetch
      case .unfit(let reasons):
        console.say(what + reasons.joined(separator: "; "), .warning)
      }
    } catch {
      // It can be built here all the same.
      try refuseIfCancelled()
      try? system.files.remove(Self.folder(facts.target.text))
      console.say(what + error.description, .warning)
    }
    return nil
  }

  private func compile(_ facts: HostFacts, _ record: KernelRecord) async throws(ToaError) -> ModuleBuild {
    let inputs = try await BuildInputs(system, facts, compiler: nil).resolve(mayInstall: false)
    let build = ModuleBuild(
      kernel: facts.target.text, headers: inputs.headers, compiler: inputs.compiler, compilerName: inputs.compilerName,
      isClang: inputs.isClang, llvm: inputs.llvm?.words, folder: Self.folder(facts.target.text))
    try keep(record)
    console.say("toa: building toa.ko for kernel \(facts.target) with \(build.compilerName)")
    console.say(change: build.make.typed)
    try await build.run(system, console, keepsLog: true)
    return build
  }

  /// Leaves the kernel to the hook of its headers' package.
  private func wait(_ facts: HostFacts, _ old: KernelRecord?, _ reason: String) throws(ToaError) -> KernelDocument {
    var record = old ?? newRecord(facts.target)
    record.state = .waiting
    record.why = reason
    record.next = facts.headersAdvice.commands.map(\.typed)
    record.time = system.now()
    try keep(record)
    console.say(
      "toa: kernel \(facts.target) has no toa.ko yet: \(reason); it is built when they are installed"
        + Self.hint(record.next), .warning)
    return KernelDocument(facts.target.text, .waiting)
  }

  /// "; next: apt-get install …"
  private static func hint(_ commands: [String]) -> String { commands.first.map { "; next: \($0)" } ?? "" }

  /// Puts the module in place, has depmod find it, and says so in the record. The record names the file before it is there.
  private func put(
    _ finished: String, _ module: KernelRecord.Module, _ earlier: KernelRecord, replacing old: String?
  ) async throws(ToaError) {
    var record = earlier
    record.module = module
    try keep(record)
    do throws(FileError) {
      try system.files.makeDirectory(above: module.file)
      try system.files.write(module.file, try system.files.bytes(finished))
      // Its compression may have changed, and with it the name.
      if let old, old != module.file { try system.files.remove(old) }
      try system.files.remove(Self.folder(record.kernel))
    } catch {
      throw ToaError(
        .refused, "cannot put \(module.file) in place", why: "\(error.path): \(errorText(error.errno))",
        next: ["make it writable and make room there, then: toa kernel-added \(record.kernel)"])
    }
    console.say(change: Depmod.command(record.kernel).typed)
    try await Depmod.run(record.kernel, system)
    guard Depmod.lists(module.file, record.kernel, system) else {
      throw ToaError(
        .unexpected, "depmod does not list \(module.file)", why: "modprobe would not find it",
        next: ["look for `search` in /etc/depmod.d and /lib/depmod.d"])
    }
    record.state = .ready
    record.time = system.now()
    try keep(record)
  }

  /// What of the headers a module depends on: symbols with their versions, and the configuration.
  private func headersHash(_ facts: HostFacts) async throws(ToaError) -> String {
    let folder = "/lib/modules/\(facts.target)/build"
    var input: [UInt8] = []
    for name in ["Module.symvers", "include/generated/autoconf.h", "include/generated/utsrelease.h"] {
      input += (try? system.files.bytes("\(folder)/\(name)", limit: 64 << 20)) ?? []
    }
    return try await CarriedSources.sha256(of: input, system)
  }

  private func sha256(of path: String) async throws(ToaError) -> String {
    guard let bytes = try? system.files.bytes(path, limit: 256 << 20) else {
      throw ToaError(.buildFailed, "cannot read \(path)", next: ["toa doctor --only MOD"])
    }
    return try await CarriedSources.sha256(of: bytes, system)
  }
}

extension HostFacts {
  /// Why a build has to wait for the headers of a kernel that is being installed; nil when they are there, or are another's.
  fileprivate var headersAreToCome: String? {
    switch headers.state {
    case .missing, .danglingLink: "its headers are not installed"
    case .incomplete: "its headers are not complete yet"
    case .present, .otherRelease: nil
    }
  }
}
