// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Packaging
internal import Wire

/// How the eBPF programs are to work, as `toa install` keeps it for the boot.
public struct EBPFSettings: Sendable, Equatable, Codable {
  /// Prefixes from which an option is believed, in their canonical form; nil is the standard list.
  public var trusted: String?
  /// Words of the profile; nil is the default one.
  public var profile: String?
  /// The cgroup whose processes are covered, below the root of the hierarchy wherever that is mounted; "/" is every process.
  public var cgroup: String
  /// Whether the vendors' getsockopt(2) calls are answered.
  public var getsockopt: Bool

  /// Creates settings.
  public init(
    trusted: String? = nil, profile: String? = nil, cgroup: String = "/", getsockopt: Bool = false
  ) {
    self.trusted = trusted
    self.profile = profile
    self.cgroup = cgroup
    self.getsockopt = getsockopt
  }

  /// Where the package has them.
  public static let path = EBPFPackage.settings

  /// Those of the installed package; nil when it is not installed. What does not parse is an error: nothing falls open.
  static func installed(_ system: System) throws(ToaError) -> EBPFSettings? {
    guard system.files.exists(path) else { return nil }
    let text = try? system.files.text(path)
    guard let file = text.flatMap({ jsonValue(File.self, from: $0) }), file.schema == File.schema,
      file.settings.cgroup.hasPrefix("/"),
      file.settings.trusted.map({ (try? TrustList(parsing: $0)) != nil }) ?? true,
      file.settings.profile.map({ (try? Profile(parsing: $0)) != nil }) ?? true
    else {
      throw ToaError(
        .loadFailed, "cannot read the settings in \(path)", why: "they are not what `toa install` wrote there",
        next: ["dpkg --verify toa-ebpf", "toa uninstall, then: toa install --backend ebpf"])
    }
    return file.settings
  }

  /// The installed settings or the default ones, changed by what was asked for.
  static func wanted(
    _ system: System, _ console: Console, trust: String?, profile: String?, cgroup: String?, getsockopt: Bool?
  ) async throws(ToaError) -> EBPFSettings {
    var settings = try installed(system) ?? EBPFSettings()
    if let trust { settings.trusted = try trustParameter(trust) }
    if let profile { settings.profile = try profileParameter(profile) }
    try settings.profileValue.checkEBPF()
    if let getsockopt { settings.getsockopt = getsockopt }
    if let cgroup {
      settings.cgroup = try await Cgroups(system).mounted(console) { point throws(ToaError) in
        try Cgroups(system).name(given: cgroup, at: point)
      }
    }
    return settings.normalized
  }

  /// The file's text.
  var fileText: String { jsonText(File(self)) + "\n" }

  /// The same, as the options of `toa load` and `toa install`.
  var typedOptions: [String] {
    (typedTrust.map { ["--trust", $0] } ?? []) + (profile.map { ["--profile", $0] } ?? [])
      + (cgroup == "/" ? [] : ["--cgroup", String(cgroup.dropFirst())])
      + (getsockopt ? ["--getsockopt"] : [])
  }

  /// The list as `--trust` takes it, which adds the standard one by itself.
  private var typedTrust: String? {
    let list = trustList
    guard !list.isAny, !list.prefixes.isEmpty else { return trusted }
    let added = list.prefixes.filter { !TrustList.standard.prefixes.contains($0) }
    return added.isEmpty ? nil : added.map(\.description).joined(separator: ",")
  }

  private struct File: Codable {
    static let schema = "toa.ebpf/1"
    var schema = File.schema
    var trusted: String?
    var profile: String?
    var cgroup: String
    var getsockopt: Bool

    init(_ settings: EBPFSettings) {
      trusted = settings.trusted
      profile = settings.profile
      cgroup = settings.cgroup
      getsockopt = settings.getsockopt
    }

    var settings: EBPFSettings {
      EBPFSettings(trusted: trusted, profile: profile, cgroup: cgroup, getsockopt: getsockopt)
    }
  }
}

extension EBPFSettings {
  /// The settings of programs that work; `cgroup` is theirs below the hierarchy's root.
  init(_ live: BpfSettings, cgroup: String) {
    self.init(
      trusted: live.trusted == .standard ? nil : live.trusted.description,
      profile: live.profile == .standard ? nil : live.profile.description, cgroup: cgroup, getsockopt: live.getsockopt)
  }

  /// The list; settings that came from a file or the command line have been checked.
  var trustList: TrustList { trusted.flatMap { try? TrustList(parsing: $0) } ?? (trusted == nil ? .standard : .nobody) }

  /// The profile; settings that came from a file or the command line have been checked.
  var profileValue: Profile { profile.flatMap { try? Profile(parsing: $0) } ?? .standard }

  /// The same for the kernel, with the hierarchy mounted at `point`.
  func bpf(at point: String) -> BpfSettings {
    BpfSettings(
      trusted: trustList, profile: profileValue, cgroup: point + (cgroup == "/" ? "" : cgroup), getsockopt: getsockopt)
  }
}
