// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod

extension Transaction {
  /// What undoing `step` will need and only the time before it can tell.
  func prepare(_ step: Step) async throws(ToaError) -> [String] {
    switch step {
    case .installPackages(let names, let manager): try await packagesAdded(byInstalling: names, manager)
    case .removePackageFiles: KernelRecord.kernels(in: system.files)
    case .markAutomatic(let names): await notAutomatic(names)
    case .installLocalPackages(let local, let manager):
      await packagesAdded(byInstalling: local, PackageTool(manager ?? .apt))
    default: []
    }
  }

  /// Takes a step.
  func apply(_ step: Step) async throws(ToaError) {
    switch step {
    case .updatePackageLists(let manager):
      try await runPackageTool(PackageTool(manager ?? .apt).refresh, .unexpected, "cannot refresh the package lists")
    case .installPackages(let names, let manager): try await installPackages(names, manager)
    case .installLocalPackages(let local, let manager):
      try await installLocalPackages(local, PackageTool(manager ?? .apt))
    case .buildModule(let build): try await build.run(system, console, keepsLog: true)
    case .fetchModule(let fetch): try await fetch.run(system, console)
    case .finishModule(let finish): _ = try await finish.run(system, console)
    case .buildPackages(let build): try await build.run(system)
    case .buildHooksPackage(let build): try await build.run(system)
    case .buildDkmsPackage(let build): try await build.run(system)
    case .installByDkms(let install): try await install.run(system, console)
    case .removeOldAutoload(let old): try old.apply(system.files)
    case .removePackageFiles(let files): try await withdrawPackages(files)
    case .setAside(let kernel): try SetAside(system, kernel).apply()
    case .markAutomatic(let names): try await markAutomatic(names)
    case .unloadModule(let name): try unloadModule(name)
    case .installPackageFiles(let files):
      try await installPackageFiles(files)
      try checkIndex(files)
    case .setTrusted(let prefixes, _): try ModuleBackend(system).set(.trusted, prefixes)
    case .setProfile(let words, _): try ModuleBackend(system).set(.profile, words)
    case .loadModule(let name): try loadModule(name)
    case .mountBpf: try await BpfFileSystem(system, nil).mount()
    case .buildEBPFPackage(let build): try await build.run(system)
    case .loadEBPF(let load): try await loadEBPF(load.settings)
    case .indexModules(let kernel): try await Depmod.run(kernel, system)
    case .setKernel(let setting): try setting.set(setting.value, system.files)
    case .addFile(let file): try file.add(system.files)
    case .setRights(let rights): try rights.set(rights.mode, system.files)
    case .buildTransparentPackage(let build): try await build.run(system)
    case .raiseTransparent(let raise): try await raise.run(system)
    case .startUnit(let start): try await start.run(system)
    }
  }

  /// Takes a step back; a step that never came to anything is no error.
  func undo(_ step: Step, facts: [String], _ purpose: UndoPurpose) async throws(ToaError) {
    switch step {
    case .updatePackageLists, .finishModule: break
    case .installPackages(_, let manager), .installLocalPackages(_, let manager):
      try await removePackages(facts, manager)
    case .buildModule(let build): try removeFiles([build.folder])
    case .fetchModule(let fetch): try removeFiles([fetch.folder])
    case .buildPackages(let build) where build.isModuleOnly == true: try removeBuilt(build.files, in: build.folder)
    case .buildPackages(let build): try removeFiles([build.folder])
    case .buildHooksPackage(let build): try removeBuilt(build.files, in: build.folder)
    case .buildDkmsPackage(let build): try removeBuilt(build.files, in: build.folder)
    case .installByDkms: break
    case .removeOldAutoload(let old): try old.undo(system.files)
    case .removePackageFiles(let files): if purpose == .rollback { try await bringBack(files, facts) }
    case .setAside(let kernel): try await SetAside(system, kernel).undo(purpose)
    case .markAutomatic: try await unmarkAutomatic(facts)
    case .unloadModule(let name): if purpose == .rollback { try loadModule(name) }
    case .installPackageFiles(let files): try await removePackageFiles(files, purpose)
    case .setTrusted(_, let old): try setBack(.trusted, old, purpose)
    case .setProfile(_, let old): try setBack(.profile, old, purpose)
    case .loadModule(let name): try unloadModule(name)
    case .mountBpf: try await BpfFileSystem(system, nil).release()
    case .buildEBPFPackage(let build): try removeFiles([build.folder])
    case .loadEBPF(let load): try await unloadEBPF(load, purpose)
    case .indexModules: break
    case .setKernel(let setting): if purpose == .rollback { try setting.set(setting.old, system.files) }
    case .addFile(let file): try file.remove(system.files)
    case .setRights(let rights): if purpose == .rollback { try rights.set(rights.old, system.files) }
    case .buildTransparentPackage(let build): try removeFiles([build.folder])
    case .raiseTransparent(let raise): try await raise.undo(system, purpose)
    case .startUnit(let start): try await start.undo(system)
    }
  }

  /// rpm calls a failed %posttrans a warning, and older packages' scripts may have swallowed what depmod said.
  private func checkIndex(_ files: PackageFiles) throws(ToaError) {
    for module in files.modules ?? [] {
      let kernel = module.split(separator: "/").dropFirst(2).first.map(String.init) ?? ""
      guard !Depmod.lists(module, kernel, system) else { continue }
      throw ToaError(
        .unexpected, "modprobe would not find \(module)",
        why: "it is installed, but /lib/modules/\(kernel)/modules.dep does not list it",
        next: ["depmod -a \(kernel)", "toa doctor --only MOD"])
    }
  }

  private func setBack(
    _ parameter: ModuleChange.Parameter, _ old: String, _ purpose: UndoPurpose
  ) throws(ToaError) {
    guard purpose == .rollback, system.modules.state(ModuleBackend.moduleName) == .live else { return }
    try ModuleBackend(system).set(parameter, old)
  }

  /// Removes packages that share their folder with others, and what a kill left of their making.
  private func removeBuilt(_ files: PackageFiles, in folder: String) throws(ToaError) {
    try removeFiles(files.paths + files.names.map { "\(folder)/\($0)" })
    if system.files.isDirectory(folder), system.files.list(folder).isEmpty { try removeFiles([folder]) }
  }

  private func removeFiles(_ paths: [String]) throws(ToaError) {
    for path in paths {
      do throws(FileError) {
        try system.files.remove(path)
      } catch {
        throw ToaError(.unexpected, "cannot remove \(error.path)", why: errorText(error.errno))
      }
    }
  }
}
