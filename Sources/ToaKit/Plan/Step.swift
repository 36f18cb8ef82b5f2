// SPDX-License-Identifier: Apache-2.0
public import Host

/// One change to the machine, as data: it can be printed, journalled, applied and undone.
public enum Step: Sendable, Equatable, Codable {
  /// Refreshes the package lists; without a package manager, as in journals from before there were others, apt's.
  case updatePackageLists(with: PackageManager? = nil)
  /// Installs packages of the distribution by name.
  case installPackages([String], with: PackageManager? = nil)
  /// Installs packages of the distribution from files.
  case installLocalPackages(LocalPackages, with: PackageManager? = nil)
  /// Compiles the carried module source in a folder of its own.
  case buildModule(ModuleBuild)
  /// Takes a module that was built elsewhere.
  case fetchModule(ModuleFetch)
  /// Strips, signs and compresses the module that was built.
  case finishModule(ModuleFinish)
  /// Makes the packages that carry the module and its settings.
  case buildPackages(PackageBuild)
  /// Makes the package whose hooks give later kernels their module.
  case buildHooksPackage(HooksPackageBuild)
  /// Makes the package from which DKMS builds.
  case buildDkmsPackage(DkmsSourceBuild)
  /// Has DKMS build and install the module for a kernel.
  case installByDkms(DkmsInstall)
  /// Makes comments of start-up lines that load a toa the old way.
  case removeOldAutoload(OldAutoload)
  /// Takes away packages of toa that do what others are to do.
  case removePackageFiles(PackageFiles)
  /// Takes away the module that a hook built for a kernel, as a package brings another one.
  case setAside(String)
  /// Lets apt remove packages with what they depend on.
  case markAutomatic([String])
  /// Unloads a module that a newer one replaces.
  case unloadModule(String)
  /// Puts packages into the package database, and with them the files in place.
  case installPackageFiles(PackageFiles)
  /// Changes the trusted prefixes of the loaded module.
  case setTrusted(String, old: String)
  /// Changes the profile of the loaded module.
  case setProfile(String, old: String)
  /// Loads the module by name, as the boot will.
  case loadModule(String)
  /// Mounts the file system in which maps and links of eBPF are kept.
  case mountBpf
  /// Makes the package that restores eBPF at boot.
  case buildEBPFPackage(EBPFPackageBuild)
  /// Attaches the eBPF programs.
  case loadEBPF(EBPFLoad)
  /// Writes the index of a kernel's modules anew.
  case indexModules(String)
  /// Changes a setting of the running kernel.
  case setKernel(KernelSetting)
  /// Writes a file that is missing.
  case addFile(AddedFile)
  /// Changes the rights of a file.
  case setRights(FileRights)
  /// Makes the package that diverts answers to a transparent proxy at boot.
  case buildTransparentPackage(TransparentPackageBuild)
  /// Diverts answers to a transparent proxy.
  case raiseTransparent(TransparentRaise)
  /// Starts a unit of systemd.
  case startUnit(UnitStart)
}

/// Packages of the distribution that lie in a folder of this host.
public struct LocalPackages: Sendable, Equatable, Codable {
  /// The names that the plan asked for.
  public var names: [String]
  /// Absolute paths of the files, those that the named ones depend on too.
  public var paths: [String]
  /// What a removal takes for each file.
  public var identities: [String]

  /// Creates the value.
  public init(names: [String], paths: [String], identities: [String]) {
    self.names = names
    self.paths = paths
    self.identities = identities
  }
}

/// The packages of one installation, as files.
public struct PackageFiles: Sendable, Equatable, Codable {
  /// Package names, in the order of `paths`.
  public var names: [String]
  /// Absolute paths of the files to install.
  public var paths: [String]
  /// Absolute paths of those that were installed before and come back when this is undone.
  public var replaced: [String]
  /// Absolute paths of the modules that depmod has to know afterwards; nil in journals from before that was checked.
  public var modules: [String]?

  /// Creates the value.
  public init(names: [String], paths: [String], replaced: [String] = [], modules: [String]? = nil) {
    self.names = names
    self.paths = paths
    self.replaced = replaced
    self.modules = modules
  }

  /// Names of the packages of which none of `files` is an earlier version.
  func names(notIn files: [String]) -> [String] {
    let others = Set(files.map { PackageFormat.packageName(ofFile: $0) })
    return names.filter { !others.contains($0) }
  }
}

extension Step {
  /// What the step does, as the plan and the progress say it.
  public var title: String {
    switch self {
    case .updatePackageLists: "refresh the package lists"
    case .installPackages(let names, _): "install \(names.joined(separator: ", "))"
    case .installLocalPackages(let local, _):
      "install \(local.names.joined(separator: ", ")) from \(local.paths.count) file\(local.paths.count == 1 ? "" : "s")"
    case .buildModule(let build): "build toa.ko for \(build.kernel) with \(build.compilerName)"
    case .fetchModule(let fetch): "take toa.ko for \(fetch.manifest.kernel) from \(fetch.place)"
    case .finishModule(let finish): finish.title
    case .buildPackages(let build):
      "package as \(build.files.names.joined(separator: " and "))" + (build.profile.map { ", profile \($0)" } ?? "")
    case .buildHooksPackage(let build): "package as \(build.files.names[0]), for kernels to come"
    case .buildDkmsPackage(let build): "package as \(build.files.names[0])"
    case .installByDkms(let install): "have DKMS build toa.ko for \(install.kernel)"
    case .removeOldAutoload(let old):
      "comment out \(old.lines.map { "\($0.path):\($0.number)" }.spoken), as toa is loaded at boot without"
    case .removePackageFiles(let files): "remove \(files.names.spoken)"
    case .setAside(let kernel): "remove the toa.ko that a hook built for \(kernel)"
    case .markAutomatic(let names):
      "let apt remove \(names.spoken) with \(names.count == 1 ? "its kernel" : "their kernels")"
    case .unloadModule(let name): "unload the old \(name) module"
    case .installPackageFiles(let files): "install \(files.names.spoken)"
    case .setTrusted: "change the trusted prefixes of the loaded module"
    case .setProfile(let words, _): "change the profile of the loaded module to \(words)"
    case .loadModule(let name): "load \(name)"
    case .mountBpf: "mount the BPF file system"
    case .buildEBPFPackage(let build): "package as \(build.files.names[0])"
    case .loadEBPF(let load): "\(load.old == nil ? "attach" : "replace") the eBPF programs, \(load.settings.scope)"
    case .indexModules(let kernel): "write the module index of \(kernel) anew"
    case .setKernel(let setting): "set \(setting.path) to \(setting.value)"
    case .addFile(let file): "write \(file.path)"
    case .setRights(let rights): "change the rights of \(rights.path)"
    case .buildTransparentPackage(let build): "package as \(build.files.names[0])"
    case .raiseTransparent(let raise): raise.title
    case .startUnit(let start): "start \(start.unit)"
    }
  }

  /// The commands that a person would type to do the same by hand.
  public var typedCommands: [String] {
    switch self {
    case .updatePackageLists(let manager): [PackageTool(manager ?? .apt).refresh.typed]
    case .installPackages(let names, let manager): [PackageTool(manager ?? .apt).install(names).typed]
    case .installLocalPackages(let local, let manager):
      [PackageTool(manager ?? .apt).installLocal(local.paths).typed]
    case .buildModule(let build): [build.make.typed]
    case .fetchModule(let fetch): fetch.typedCommands
    case .finishModule(let finish): finish.typedCommands
    case .buildPackages(let build): build.typedCommands
    case .buildHooksPackage(let build): build.typedCommands
    case .buildDkmsPackage(let build): build.typedCommands
    case .installByDkms(let install): [Dkms.install(install.version, kernel: install.kernel).typed]
    case .removeOldAutoload(let old): old.typed
    case .removePackageFiles(let files): [files.erase.typed]
    case .setAside(let kernel): SetAside.typed(kernel)
    case .markAutomatic(let names): [AptMark.automatic(names).typed]
    case .unloadModule(let name): ["rmmod \(name)"]
    case .installPackageFiles(let files): [files.install.typed]
    case .setTrusted(let prefixes, _): [ModuleChange.Parameter.trusted.typed(prefixes)]
    case .setProfile(let words, _): [ModuleChange.Parameter.profile.typed(words)]
    case .loadModule(let name): ["modprobe \(name)"]
    case .mountBpf: [BpfFileSystem.command]
    case .buildEBPFPackage(let build): build.typedCommands
    case .loadEBPF(let load): [EBPFLoad.typed(load.settings)]
    case .indexModules(let kernel): ["depmod -a \(kernel)"]
    case .setKernel(let setting): [setting.typed(setting.value)]
    case .addFile(let file): [file.typed]
    case .setRights(let rights): [rights.typed(rights.mode)]
    case .buildTransparentPackage(let build): build.typedCommands
    case .raiseTransparent(let raise): raise.typed
    case .startUnit(let start): [start.typed]
    }
  }

  /// The commands that would undo it; `facts` are what the journal noted when the step began.
  public func typedUndo(facts: [String], _ purpose: UndoPurpose) -> [String] {
    switch self {
    case .updatePackageLists: []
    case .installPackages(_, let manager), .installLocalPackages(_, let manager):
      facts.isEmpty ? [] : [PackageTool(manager ?? .apt).remove(facts).typed]
    case .buildModule(let build): ["rm -r \(shellQuoted(build.folder))"]
    case .fetchModule(let fetch): ["rm -r \(shellQuoted(fetch.folder))"]
    case .finishModule: []
    case .buildPackages(let build) where build.isModuleOnly == true: build.files.typedRemoval
    case .buildPackages(let build): ["rm -r \(shellQuoted(build.folder))"]
    case .buildHooksPackage(let build): build.files.typedRemoval
    case .buildDkmsPackage(let build): build.files.typedRemoval
    // The package takes away what DKMS has built from it.
    case .installByDkms: []
    case .removeOldAutoload(let old): old.typedUndo
    case .removePackageFiles(let files):
      purpose == .rollback && !files.replaced.isEmpty ? [files.bringBack.typed] : []
    case .setAside(let kernel): purpose == .rollback ? ["toa kernel-added \(shellQuoted(kernel))"] : []
    case .markAutomatic: facts.isEmpty ? [] : [AptMark.manual(facts).typed]
    case .unloadModule(let name): purpose == .rollback ? ["modprobe \(name)"] : []
    case .installPackageFiles(let files): Self.typedRemoval(files, replaced: purpose == .rollback ? files.replaced : [])
    case .setTrusted(_, let old): purpose == .rollback ? [ModuleChange.Parameter.trusted.typed(old)] : []
    case .setProfile(_, let old): purpose == .rollback ? [ModuleChange.Parameter.profile.typed(old)] : []
    case .loadModule(let name): ["rmmod \(name)"]
    case .mountBpf: ["umount \(BpfFileSystem.point)"]
    case .buildEBPFPackage(let build): ["rm -r \(shellQuoted(build.folder))"]
    case .loadEBPF(let load):
      [purpose == .rollback ? load.old.map(EBPFLoad.typed) ?? EBPFLoad.typedUnload : EBPFLoad.typedUnload]
    // The index of what lies on the disk is right at any time.
    case .indexModules: []
    case .setKernel(let setting): purpose == .rollback ? [setting.typed(setting.old)] : []
    case .addFile(let file): ["rm \(shellQuoted(file.path))"]
    case .setRights(let rights): purpose == .rollback ? [rights.typed(rights.old)] : []
    case .buildTransparentPackage(let build): ["rm -r \(shellQuoted(build.folder))"]
    case .raiseTransparent(let raise): raise.typedUndo(purpose)
    case .startUnit(let start): [start.typedUndo]
    }
  }

  private static func typedRemoval(_ files: PackageFiles, replaced: [String]) -> [String] {
    let names = files.names(notIn: replaced)
    return (names.isEmpty ? [] : [files.format.erase(names.reversed()).typed])
      + (replaced.isEmpty ? [] : [files.format.install(replaced).typed])
  }
}
