// SPDX-License-Identifier: Apache-2.0
public import Host

/// The package with toa.ko for one kernel: toa-modules-<kernel release>, as an rpm kmod-toa-<kernel release>.
public struct ModulePackage: Sendable, Equatable {
  /// What every package with a module also answers to.
  public static let provided = "toa-modules"

  /// Kernel release.
  public var kernel: String
  /// Version of toa, without a package revision.
  public var version: String
  /// The format's name of the architecture.
  public var architecture: String
  /// Hash of the module's source, 64 hexadecimal digits.
  public var sourceSha256: String
  /// The compiler as a person calls it.
  public var compiler: String?
  /// SHA-1 over the certificate with whose key the module is signed; nil when it is not.
  public var signer: String?
  /// The very kernel, as a package; nil where no package has it.
  public var kernelPackage: PackageRelation?
  /// The module's file, as it is to lie on the disk: stripped, signed, compressed.
  public var module: [UInt8]
  /// How it is compressed.
  public var compression: ModuleCompression

  /// Creates the value.
  public init(
    kernel: String, version: String, architecture: String, sourceSha256: String, compiler: String? = nil,
    signer: String? = nil, kernelPackage: PackageRelation? = nil, module: [UInt8],
    compression: ModuleCompression = .none
  ) {
    self.kernel = kernel
    self.version = version
    self.architecture = architecture
    self.sourceSha256 = sourceSha256
    self.compiler = compiler
    self.signer = signer
    self.kernelPackage = kernelPackage
    self.module = module
    self.compression = compression
  }

  /// What the names of these packages begin with.
  public static func prefix(_ format: PackageFormat) -> String { format == .deb ? "toa-modules-" : "kmod-toa-" }

  /// Name of the package for a kernel. A deb's has no capitals, underscores and tildes, an rpm's no tildes; kernel releases may.
  public static func name(_ kernel: String, _ format: PackageFormat) -> String {
    switch format {
    case .deb: prefix(.deb) + kernel.lowercased().map { $0 == "_" || $0 == "~" ? "-" : String($0) }.joined()
    case .rpm: prefix(.rpm) + kernel.map { $0 == "~" ? "-" : String($0) }.joined()
    }
  }

  /// Path of the module once installed, below the kernel's module folder.
  ///
  /// depmod prefers updates/ everywhere and extra/ on the distributions of rpm.
  public static func innerPath(_ format: PackageFormat, _ compression: ModuleCompression) -> String {
    (format == .deb ? "updates/toa" : "extra/toa/toa") + compression.suffix
  }

  /// Absolute path of the module once installed. /lib instead of /usr/lib is where kernels on unmerged systems look.
  public static func path(_ kernel: String, _ format: PackageFormat, _ compression: ModuleCompression) -> String {
    "/lib/modules/\(kernel)/" + innerPath(format, compression)
  }

  /// The package that owns a kernel as what the module's package needs: the name is the kernel's on Debian; on others one name has
  /// many kernels, whose versions tell them apart.
  public static func kernelPackage(
    _ owner: PackageIdentity?, kernel: String, _ format: PackageFormat
  ) -> PackageRelation? {
    guard let owner else { return nil }
    if format == .deb { return PackageRelation(owner.name) }
    // What RHEL 8 and its kin call their kernels by. Releases with two dashes do not fit into an rpm's relation.
    if owner.name == "kernel-core", kernel.count(where: { $0 == "-" }) < 2 {
      return PackageRelation("kernel-core-uname-r", .equal, kernel)
    }
    return PackageRelation(owner.name, .equal, owner.version)
  }

  /// The package.
  public func package(_ format: PackageFormat) throws(PackagingError) -> Package {
    let kernel = try Checked.kernel(kernel)
    let name = Self.name(kernel, format)
    var package = Package(
      name: name, version: version, architecture: architecture, synopsis: "TCP Option Address module for one kernel",
      paragraphs: [
        """
        toa.ko gives servers behind a layer-4 load balancer the client's address, which the load balancer writes into a \
        TCP option.
        """,
        "The program toa compiled it for kernel \(kernel). \"toa uninstall\" unloads and removes it.",
      ], license: "GPL-2.0-only")
    // Before RHEL 7, depmod came with another package.
    let tools: PackageRelation = format == .rpm && kernel.hasPrefix("2.") ? "module-init-tools" : "kmod"
    package.requires = [kernelPackage, PackageRelation(CommonPackage.name), tools].compactMap { $0 }
    package.provides = [PackageRelation(Self.provided)]
    package.fields = [
      PackageField(name: "Toa-Kernel", value: kernel),
      PackageField(name: "Toa-Source-Sha256", value: try Checked.sha256(sourceSha256)),
    ]
    if let compiler { package.fields.append(PackageField(name: "Toa-Compiler", value: compiler)) }
    if let signer { package.fields.append(PackageField(name: "Toa-Signer", value: signer)) }
    let inner = Self.innerPath(format, compression)
    let values = ["KERNEL": kernel, "FILE": inner, "PATTERN": inner.replacing(".", with: "\\."), "PACKAGE": name]
    let removal = ["KERNEL": kernel]
    switch format {
    case .deb:
      package.scripts = [
        "postinst": try Template(carried: "deb/modules.postinst").filled(values),
        "postrm": try Template(carried: "deb/modules.postrm").filled(removal),
      ]
    case .rpm:
      package.scripts = [
        "post": try Template(carried: "rpm/modules.post").filled(removal),
        "postun": try Template(carried: "rpm/modules.postun").filled(removal),
        "posttrans": try Template(carried: "rpm/modules.posttrans").filled(values),
      ]
      package.ownFolders = ["/lib/modules/\(kernel)/extra", "/lib/modules/\(kernel)/extra/toa"]
    }
    package.files = [PackageFile(path: Self.path(kernel, format, compression), bytes: module)]
    return package
  }
}
