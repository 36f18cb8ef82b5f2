// SPDX-License-Identifier: Apache-2.0
public import Host

/// The package that gives each new kernel its module when the kernel is installed: toa itself, and hooks that run it.
public struct KernelHooksPackage: Sendable, Equatable {
  /// Its name.
  public static let name = "toa-kernel-hooks"
  /// Where toa is that the hooks run.
  public static let program = EBPFPackage.program
  /// Run by the scripts of Debian's packages linux-image-RELEASE, and by new-kernel-pkg(8) of RHEL 6 and 7.
  public static let imageHook = "/etc/kernel/postinst.d/toa"
  /// Run by the scripts of Debian's packages linux-headers-RELEASE, which may come after the image.
  public static let headersHook = "/etc/kernel/header_postinst.d/toa"
  /// Run before a kernel is removed.
  public static let removalHook = "/etc/kernel/prerm.d/toa"
  /// Every hook of a Debian system.
  public static let debianHooks = [imageHook, headersHook, removalHook]
  /// Run by kernel-install(8), before its plugin that calls depmod.
  public static let plugin = "/usr/lib/kernel/install.d/40-toa.install"
  /// The script that rpm runs at the end of a transaction in which headers or kernels were installed, whoever packaged them.
  static let fileTrigger = "transfiletriggerin -- /usr/src/ /lib/modules/ /usr/lib/modules/"

  /// Version of toa, without a package revision.
  public var version: String
  /// The format's name of the architecture.
  public var architecture: String
  /// Packages of the libraries that the program needs.
  public var depends: [String]
  /// The program.
  public var program: [UInt8]

  /// Creates the value.
  public init(version: String, architecture: String, depends: [String] = [], program: [UInt8]) {
    self.version = version
    self.architecture = architecture
    self.depends = depends
    self.program = program
  }

  /// The package.
  public func package(_ format: PackageFormat) throws(PackagingError) -> Package {
    var package = Package(
      name: Self.name, version: version, architecture: architecture,
      synopsis: "TCP Option Address module for kernels to come",
      paragraphs: [
        """
        Builds toa.ko when a kernel or its headers are installed, so that the kernel's first boot has it, and removes it \
        with the kernel.
        """,
        """
        The program toa made this package of itself on this machine. "toa uninstall" removes it and all that it has built.
        """,
      ], license: "Apache-2.0")
    package.requires = [PackageRelation(CommonPackage.name), "kmod", "make"] + depends.map { PackageRelation($0) }
    package.conflicts = ["toa-dkms", PackageRelation(EBPFPackage.name)]
    package.findsLibraries = true
    package.isLarge = true
    package.ownFolders = ["/usr/lib/toa"]
    package.files = [PackageFile(path: Self.program, bytes: program, mode: 0o755)]
    let added = try Template(carried: "hooks/kernel-added").filled(["PROGRAM": Self.program])
    let removed = try Template(carried: "hooks/kernel-removed").filled(["PROGRAM": Self.program])
    switch format {
    case .deb:
      package.scripts = ["prerm": try Template(carried: "hooks/prerm").filled(["PROGRAM": Self.program])]
      package.files += [
        PackageFile(path: Self.imageHook, text: added, mode: 0o755),
        PackageFile(path: Self.headersHook, text: added, mode: 0o755),
        PackageFile(path: Self.removalHook, text: removed, mode: 0o755),
      ]
      package.configurationFiles = Self.debianHooks
    case .rpm:
      let plugin = try Template(carried: "hooks/toa.install").filled(["PROGRAM": Self.program])
      package.scripts = [
        "preun": try Template(carried: "rpm/hooks.preun").filled(["PROGRAM": Self.program]),
        Self.fileTrigger: try Template(carried: "rpm/hooks.transfiletriggerin").filled(["PROGRAM": Self.program]),
      ]
      package.files += [
        PackageFile(path: Self.imageHook, text: added, mode: 0o755),
        PackageFile(path: Self.removalHook, text: removed, mode: 0o755),
        PackageFile(path: Self.plugin, text: plugin, mode: 0o755),
      ]
      package.ownFolders += ["/etc/kernel/postinst.d", "/etc/kernel/prerm.d"]
      package.configurationFiles = [Self.imageHook, Self.removalHook]
    }
    return package
  }
}
