// SPDX-License-Identifier: Apache-2.0
public import Host

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
  /// Modules that were built elsewhere, by file, instead of kernels to build for.
  public var modules: [String] = []
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

extension PackageRequest {
  /// An option that only a compiler or a kernel has a use for.
  var optionOfCompiling: String? {
    optionOfBuilding
      ?? [
        ("--module", !modules.isEmpty), ("--sign-key", signKey != nil), ("--sign-cert", signCertificate != nil),
      ].first { $0.1 }?.0
  }

  /// An option that only a build has a use for.
  var optionOfBuilding: String? {
    [("--kernel", !kernels.isEmpty), ("--compiler", compiler != nil), ("--cross-compile", crossCompile != nil)]
      .first { $0.1 }?.0
  }
}
