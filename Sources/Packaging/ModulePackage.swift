// SPDX-License-Identifier: Apache-2.0

/// The package with toa.ko for one kernel: toa-modules-<kernel release>.
public struct ModulePackage: Sendable, Equatable {
  /// Kernel release.
  public var kernel: String
  /// Version of toa, without a package revision.
  public var version: String
  /// dpkg's name of the architecture.
  public var architecture: String
  /// Hash of the module's source, 64 hexadecimal digits.
  public var sourceSha256: String
  /// The compiler as a person calls it.
  public var compiler: String?
  /// Name of the package that owns the kernel; nil where dpkg knows none.
  public var kernelPackage: String?
  /// toa.ko.
  public var module: [UInt8]

  /// Creates the value.
  public init(
    kernel: String, version: String, architecture: String, sourceSha256: String, compiler: String? = nil,
    kernelPackage: String? = nil, module: [UInt8]
  ) {
    self.kernel = kernel
    self.version = version
    self.architecture = architecture
    self.sourceSha256 = sourceSha256
    self.compiler = compiler
    self.kernelPackage = kernelPackage
    self.module = module
  }

  /// Name of the package for a kernel: package names have no capitals, underscores and tildes, kernel releases may.
  public static func name(_ kernel: String) -> String {
    "toa-modules-" + kernel.lowercased().map { $0 == "_" || $0 == "~" ? "-" : String($0) }.joined()
  }

  /// Absolute path of the module once installed.
  ///
  /// depmod prefers updates/, and /lib instead of /usr/lib is where kernels on unmerged systems look.
  public static func path(_ kernel: String) -> String { "/lib/modules/\(kernel)/updates/toa.ko" }

  /// The package.
  public func deb() throws(PackagingError) -> DebPackage {
    let kernel = try Checked.kernel(kernel)
    let name = Self.name(kernel)
    var custom = [
      ControlField(name: "Toa-Kernel", value: kernel),
      ControlField(name: "Toa-Source-Sha256", value: try Checked.sha256(sourceSha256)),
    ]
    if let compiler { custom.append(ControlField(name: "Toa-Compiler", value: compiler)) }
    var control = DebianControl(
      package: name, version: version + "-1", architecture: architecture,
      synopsis: "TCP Option Address module for one kernel",
      paragraphs: [
        """
        toa.ko gives servers behind a layer-4 load balancer the client's address, which the load balancer writes into a \
        TCP option.
        """,
        "The program toa compiled it on this machine for kernel \(kernel). \"toa uninstall\" unloads and removes it.",
      ])
    control.depends = [kernelPackage, CommonPackage.name, "kmod"].compactMap { $0 }
    control.provides = ["toa-modules"]
    control.custom = custom
    let postinst = try Template(carried: "deb/modules.postinst").filled(["KERNEL": kernel, "PACKAGE": name])
    let postrm = try Template(carried: "deb/modules.postrm").filled(["KERNEL": kernel])
    return DebPackage(
      control: control, scripts: ["postinst": postinst, "postrm": postrm],
      files: [
        PackageFile(path: Self.path(kernel), bytes: module),
        try DebPackage.copyright(name, license: "GPL-2.0-only"),
      ])
  }
}
