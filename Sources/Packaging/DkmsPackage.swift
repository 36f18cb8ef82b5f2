// SPDX-License-Identifier: Apache-2.0
public import Host

/// The package with the module's source, from which DKMS builds toa.ko for each kernel that is installed.
public struct DkmsPackage: Sendable, Equatable {
  /// Its name.
  public static let name = "toa-dkms"

  /// Version of toa, without a package revision.
  public var version: String
  /// The module's source, with paths below module-src/.
  public var source: [CarriedFile]

  /// Creates the value.
  public init(version: String, source: [CarriedFile]) {
    self.version = version
    self.source = source
  }

  /// Where the source of a version lies.
  public static func folder(_ version: String) -> String { "/usr/src/toa-\(version)" }

  /// Whether a file of the source is in the package: what tells people of it has another place in a deb.
  public static func holds(_ file: CarriedFile) -> Bool { !file.path.hasSuffix(".md") }

  /// The package.
  public func package(_ format: PackageFormat) throws(PackagingError) -> Package {
    var package = Package(
      name: Self.name, version: version, architecture: nil, synopsis: "TCP Option Address module in source, for DKMS",
      paragraphs: [
        """
        toa.ko gives servers behind a layer-4 load balancer the client's address, which the load balancer writes into a \
        TCP option. DKMS builds it for each kernel that is installed.
        """,
        "Kernels without headers on this machine get no module: the packages with their headers have to be kept, too.",
      ], license: "GPL-2.0-only")
    let compiler: [PackageRelation] = ["gcc", "make"]
    package.requires = [PackageRelation("dkms", .atLeast, "2.1.0.0"), PackageRelation(CommonPackage.name)] + compiler
    package.recommends = [
      PackageRelation(
        "linux-headers-generic",
        or: ["linux-headers-amd64", "linux-headers-cloud-amd64", "linux-headers-arm64", "linux-headers"])
    ]
    package.provides = [PackageRelation(ModulePackage.provided)]
    package.conflicts = [PackageRelation(KernelHooksPackage.name), PackageRelation(EBPFPackage.name)]
    let checked = try Checked.version(version)
    let folder = Self.folder(checked)
    let conf = try Template(carried: "dkms/dkms.conf").filled(["VERSION": checked])
    package.files =
      [PackageFile(path: folder + "/dkms.conf", text: conf)]
      + source.filter(Self.holds).map { file in
        PackageFile(path: "\(folder)/\(file.path)", bytes: file.bytes, mode: file.path.hasSuffix(".sh") ? 0o755 : 0o644)
      }
    package.ownFolders = [folder] + folders(of: source).map { "\(folder)/\($0)" }
    let values = ["VERSION": checked]
    let named = ["VERSION": checked, "PACKAGE": Self.name]
    package.scripts =
      switch format {
      case .deb:
        [
          "postinst": try Template(carried: "deb/dkms.postinst").filled(named),
          "prerm": try Template(carried: "deb/dkms.prerm").filled(values),
        ]
      case .rpm:
        [
          "post": try Template(carried: "rpm/dkms.post").filled(named),
          "preun": try Template(carried: "rpm/dkms.preun").filled(values),
        ]
      }
    return package
  }

  private func folders(of files: [CarriedFile]) -> [String] {
    Set(
      files.compactMap { file in
        file.path.lastIndex(of: "/").map { String(file.path[..<$0]) }
      }
    ).sorted()
  }
}
