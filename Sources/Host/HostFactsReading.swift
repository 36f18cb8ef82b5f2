// SPDX-License-Identifier: Apache-2.0

extension HostFacts {
  /// Reads a machine; nil when no kernel can be named.
  ///
  /// `running` is `uname -r`, by default what /proc of the tree says. `target` is the kernel to build for, by default the one
  /// that runs, else the newest installed. `log` is the text of the kernel log, where it could be read. `tree` is a folder with
  /// headers for a kernel that need not be of this machine: what is installed and runs here then says nothing of it. Without
  /// `compilers` no compiler is looked for, which takes most of the time and only a build needs.
  public static func read(
    from root: FileRoot, using runner: CommandRunner, running: String? = nil, target: KernelRelease? = nil,
    log: String? = nil, tree: String? = nil, compilers: Bool = true
  ) async -> HostFacts? {
    let running = running ?? KernelRelease.running(in: root)?.text
    let kernels = InstalledKernels.read(from: root, running: running)
    guard let target = target ?? running.flatMap(KernelRelease.init) ?? kernels.newest?.release else { return nil }
    let distribution = Distribution.detect(in: root)
    let config =
      if let tree {
        KernelConfig.read(tree: tree, in: root)
      } else {
        await KernelConfig.read(for: target.text, in: root, running: running, using: runner)
      }
    let headers = KernelHeaders.read(for: target.text, in: root, config: config, tree: tree)
    let packages = distribution.family == .debian ? DpkgDatabase.read(from: root) : nil
    let owner =
      tree == nil
      ? await owner(of: target, distribution: distribution, in: root, using: runner, packages: packages) : nil
    let modules = ModuleIndex.read(for: target.text, in: root)
    let facts = HostFacts(
      distribution: distribution, kernels: kernels, target: target, isRunning: tree == nil && target.text == running,
      config: config, headers: headers, compiler: nil, toolchain: Toolchain([]),
      choice: CompilerChoice(wanted: nil, toolchain: Toolchain([])), owner: owner,
      flavor: .detect(release: target, distribution: distribution, owner: owner, config: config, in: root),
      signing: .read(from: root, config: config), inTree: modules.inTree("toa"),
      otherTOA: .detect(in: root), blacklist: .detect("toa", in: root), autoload: AutoloadLine.find("toa", in: root),
      taint: .read(from: root), container: .detect(in: root), sandbox: .detect(in: root),
      immutable: .detect(in: root, distribution: distribution),
      headersAdvice: .headers(
        of: target, for: distribution, owner: owner,
        installed: packages),
      compilerAdvice: nil)
    return compilers ? await facts.withCompilers(in: root, using: runner, log: log, tree: tree) : facts
  }

  /// The same with what built the kernel and the compilers of the host, each asked who it is.
  public func withCompilers(
    in root: FileRoot, using runner: CommandRunner, log: String? = nil, tree: String? = nil
  ) async -> HostFacts {
    var facts = self
    let compiler = KernelCompiler.detect(
      for: target.text, in: root, running: isRunning ? target.text : nil, config: config, log: log, tree: tree)
    facts.compiler = compiler
    facts.toolchain = await Toolchain.find(for: compiler?.identity, using: runner)
    facts.choice = CompilerChoice(
      wanted: compiler?.identity, toolchain: facts.toolchain, plugins: headers.gccPlugins, processor: processor)
    facts.compilerAdvice = (compiler?.identity).map { .compiler($0, for: distribution) }
    return facts
  }

  /// The package that owns a kernel's image, or its module folder where the image has no owner.
  public static func owner(
    of release: KernelRelease, distribution: Distribution, in root: FileRoot, using runner: CommandRunner,
    packages: DpkgDatabase? = nil
  ) async -> PackageIdentity? {
    let images = InstalledKernels.images(of: release, in: root)
    switch distribution.family {
    case .debian:
      guard let database = packages ?? DpkgDatabase.read(from: root) else { return nil }
      for path in images + [release.modulesFolder + "/kernel"] {
        if let owner = database.owner(of: path, in: root, among: "linux-") { return owner }
      }
      return nil
    case .redHat, .suse:
      let database = RpmDatabase(root: root, using: runner)
      for path in images + [release.modulesFolder] {
        if let owner = await database.owner(of: path) { return owner }
      }
      return nil
    case .other: return nil
    }
  }
}
