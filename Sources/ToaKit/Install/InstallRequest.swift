// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// What `toa install` is asked for.
public struct InstallRequest: Sendable, Equatable {
  /// Which backend.
  public enum Choice: String, Sendable, CaseIterable {
    /// The installed one, or else the module where it can be built and loaded, or else eBPF.
    case auto
    /// toa.ko.
    case module
    /// eBPF programs.
    case ebpf
  }

  /// Which backend to install.
  public var backend: Choice
  /// Kernel release, or `all`; nil is the running one.
  public var kernel: String?
  /// Prefixes from which an option is believed beside the module's own default; nil leaves the default.
  public var trust: String?
  /// Words of the profile; nil leaves what was installed, or the default.
  public var profile: String?
  /// A compiler that the user names; nil chooses the kernel's.
  public var compiler: String?
  /// Repository of built modules that is asked first: a folder or an http(s) address.
  public var from: String?
  /// Whether a module that is not there is an error, not built.
  public var fromOnly: Bool
  /// How later kernels get their module; nil leaves what was chosen before.
  public var kernelUpdates: KernelUpdates?
  /// Whether the toa that the kernel ships is to be used; nil where nobody decided.
  public var useInTree: Bool?
  /// A folder of packages that is taken instead of the distribution's repositories; nil asks these.
  public var offline: String?
  /// Whether start-up lines that load a toa the old way are made comments of.
  public var removeOldAutoload: Bool
  /// The cgroup that eBPF is to cover; nil leaves what was installed, or all.
  public var cgroup: String?
  /// Whether eBPF is to answer getsockopt(2); nil leaves what was installed, or not.
  public var getsockopt: Bool?
  /// Only print the plan.
  public var dryRun: Bool
  /// Whether the plan is for another file tree than this machine's, of which no kernel and no package tool can be asked.
  public var otherTree: Bool
  /// Do not ask.
  public var yes: Bool
  /// Leave everything in place when the self-test fails.
  public var keepOnFailure: Bool
  /// Private key with which the module is signed, a path or a `pkcs11:` URI; nil takes one of this host.
  public var signKey: String?
  /// Certificate of that key.
  public var signCertificate: String?

  /// Creates a request.
  public init(
    backend: Choice = .auto, kernel: String? = nil, trust: String? = nil, profile: String? = nil,
    compiler: String? = nil, from: String? = nil, fromOnly: Bool = false, kernelUpdates: KernelUpdates? = nil,
    useInTree: Bool? = nil, offline: String? = nil, cgroup: String? = nil, getsockopt: Bool? = nil,
    dryRun: Bool = false, otherTree: Bool = false, yes: Bool = false, keepOnFailure: Bool = false,
    signKey: String? = nil, signCertificate: String? = nil, removeOldAutoload: Bool = false
  ) {
    self.backend = backend
    self.kernel = kernel
    self.trust = trust
    self.profile = profile
    self.compiler = compiler
    self.from = from
    self.fromOnly = fromOnly
    self.kernelUpdates = kernelUpdates
    self.useInTree = useInTree
    self.offline = offline
    self.cgroup = cgroup
    self.getsockopt = getsockopt
    self.dryRun = dryRun
    self.otherTree = otherTree
    self.yes = yes
    self.keepOnFailure = keepOnFailure
    self.signKey = signKey
    self.signCertificate = signCertificate
    self.removeOldAutoload = removeOldAutoload
  }
}

extension InstallRequest {
  /// Throws where an option is for the backend that was not asked for.
  func checkOptions() throws(ToaError) {
    if otherTree, !dryRun {
      throw ToaError(
        .usage, "toa install changes this machine only",
        why: "--root is for --dry-run, which says what it would do there",
        next: ["toa install --dry-run --root DIR", "or chroot into it: chroot DIR toa install --kernel RELEASE"])
    }
    if otherTree, offline != nil {
      throw ToaError(
        .usage, "--offline is for this machine",
        why: "whether packages fit another tree its own tools would have to say",
        next: ["leave one of --root and --offline out"])
    }
    if otherTree, backend == .ebpf {
      throw ToaError(
        .usage, "--root says nothing of eBPF", why: "which programs a kernel takes only that kernel can tell",
        next: ["leave --backend out"])
    }
    let module = [
      ("--kernel", kernel != nil), ("--compiler", compiler != nil), ("--from", from != nil), ("--from-only", fromOnly),
      ("--kernel-updates", kernelUpdates != nil), ("--use-intree", useInTree == true), ("--offline", offline != nil),
      ("--sign-key", signKey != nil), ("--sign-cert", signCertificate != nil),
    ].filter(\.1).map(\.0)
    let ebpf = [("--cgroup", cgroup != nil), ("--getsockopt", getsockopt != nil)].filter(\.1).map(\.0)
    if fromOnly, from == nil {
      throw ToaError(.usage, "--from-only needs a repository", next: ["toa install --from REPOSITORY --from-only"])
    }
    if let option = module.first, let other = ebpf.first {
      throw ToaError(.usage, "\(option) is for the module and \(other) for eBPF", next: ["leave one of them out"])
    }
    if backend == .ebpf, let option = module.first {
      throw ToaError(
        .usage, "\(option) is for the module", why: "eBPF needs no compiler and works with every kernel that boots",
        next: ["leave it out"])
    }
    if backend == .module, let option = ebpf.first {
      throw ToaError(
        .usage, "\(option) is for eBPF", why: "the module covers every process and every call", next: ["leave it out"])
    }
  }

  /// Whether everything may be looked at: a plain user who only asks for the plan may not.
  func mayCheck(_ system: System) -> Bool { !dryRun || system.identity.userID == 0 || otherTree }

  /// Whether an option is given that only the module has.
  var asksForModule: Bool {
    kernel != nil || compiler != nil || fromOnly || kernelUpdates != nil || useInTree == true || otherTree
      || signKey != nil
  }

  /// The command for a backend, as a person would type it.
  func typed(_ backend: Backend.Kind) -> String {
    var words = ["toa", "install", "--backend", backend.rawValue]
    let options = [
      ("--kernel", kernel), ("--trust", trust), ("--profile", profile), ("--compiler", compiler), ("--from", from),
      ("--kernel-updates", kernelUpdates?.rawValue), ("--offline", offline), ("--cgroup", cgroup),
      ("--sign-key", signKey), ("--sign-cert", signCertificate),
    ]
    for (option, value) in options {
      if let value { words += [option, shellQuoted(value)] }
    }
    if let useInTree { words.append(useInTree ? "--use-intree" : "--no-use-intree") }
    if let getsockopt { words.append(getsockopt ? "--getsockopt" : "--no-getsockopt") }
    return words.joined(separator: " ")
  }
}

/// The value of the module's parameter `trusted` for what a user gave to `--trust`: `any`, `none`, or prefixes that are added
/// to the default list.
func trustParameter(_ text: String) throws(ToaError) -> String {
  do throws(TrustListError) {
    let given = try TrustList(parsing: text)
    guard !given.isAny, !given.prefixes.isEmpty else { return given.description }
    return TrustList(TrustList.standard.prefixes + given.prefixes).description
  } catch {
    throw ToaError(
      .usage, "--trust \(shellQuoted(text)) is no list of prefixes", why: "\(error)",
      next: ["write prefixes with commas: --trust 203.0.113.0/24,2001:db8::/32", "or: --trust any"])
  }
}
