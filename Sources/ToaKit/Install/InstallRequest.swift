// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// What `toa install` is asked for.
public struct InstallRequest: Sendable, Equatable {
  /// Kernel release; nil is the running one.
  public var kernel: String?
  /// Prefixes from which an option is believed beside the module's own default; nil leaves the default.
  public var trust: String?
  /// A compiler that the user names; nil chooses the kernel's.
  public var compiler: String?
  /// Only print the plan.
  public var dryRun: Bool
  /// Do not ask.
  public var yes: Bool
  /// Leave everything in place when the self-test fails.
  public var keepOnFailure: Bool

  /// Creates a request.
  public init(
    kernel: String? = nil, trust: String? = nil, compiler: String? = nil, dryRun: Bool = false, yes: Bool = false,
    keepOnFailure: Bool = false
  ) {
    self.kernel = kernel
    self.trust = trust
    self.compiler = compiler
    self.dryRun = dryRun
    self.yes = yes
    self.keepOnFailure = keepOnFailure
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
