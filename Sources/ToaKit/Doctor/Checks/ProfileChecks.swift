// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Wire

extension Check {
  static let profile = Check(
    "MOD21", .module, "profile", about: .module,
    explanation: """
      The profile says which options are read, where they are looked for and which socket calls are answered. With one that is not the
      load balancer's, its option is passed over, and applications see the load balancer: `toa stats` shows it in
      syn_recv_sock_no_toa and in the clients by option.

      The value in the kernel (/sys/module/toa/parameters/profile) can be changed while it runs, by `toa load --profile`. When it
      differs from what modprobe.d says, the next boot goes back to modprobe.d; and with words that the module does not know, the next
      boot has no toa.ko at all.
      Install with the value that is wanted, so that both are the same:
          toa install --profile tencent-clb
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let stored = context.storedParameters("profile").last
    if let stored, let error = ProfileError(of: stored.value) {
      return Outcome(
        .error, "the next boot will not load toa.ko: \(stored.place) has a profile that it refuses",
        expected: "a profile", evidence: ["profile=\(stored.value): \(error)"],
        fix: ["toa install --profile default", "or put it right in \(stored.place)"])
    }
    guard context.isLoaded else {
      return context.file == nil
        ? context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
        : Outcome(.ok, stored.map { $0.value.spaced } ?? "the module's own: \(Profile.standard)")
    }
    let live: Profile
    switch context.loadedProfile {
    case .failure(let unmet): return unmet.outcome
    case .success(let profile): live = profile
    }
    let evidence =
      ["\(ModuleChange.Parameter.profile.path): \(live)"] + (stored.map { ["\($0.place): profile=\($0.value)"] } ?? [])
    let next = stored.flatMap { try? Profile(parsing: $0.value) } ?? .standard
    if live.isSame(as: next) || context.file == nil { return Outcome(.ok, live.description.spaced, evidence: evidence) }
    let fix = ["toa install --profile \(shellQuoted(live.description))"]
    return stored == nil
      ? Outcome(.info, "\(live.description.spaced), until the next boot", evidence: evidence, fix: fix)
      : Outcome(
        .warning, "the kernel's profile differs from modprobe.d, which holds again after a reboot",
        expected: "the same profile in both", evidence: evidence, fix: fix)
  }

  static let bpfProfile = Check(
    "BPF15", .bpf, "profile", about: .bpf,
    explanation: """
      The profile says which options are read and, with --getsockopt, which socket calls are answered. With one that is not the load
      balancer's, its option is passed over, and applications see the load balancer: `toa stats` shows it in syn_recv_sock_no_toa.

      The package keeps it in /usr/lib/toa/ebpf.json. One that was given to `toa load` holds until the next boot only. Install
      with the one that is wanted:
          toa install --profile tencent-clb
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let stored = context.bpf.installed?.settings?.profileValue
    guard let profile = context.bpf.live?.settings.profile ?? stored else {
      return Outcome(.skipped, "eBPF is not in use")
    }
    let evidence =
      (context.bpf.live.map { ["at work: \($0.settings.profile)"] } ?? [])
      + (stored.map { ["\(EBPFSettings.path): \($0)"] } ?? [])
    guard let stored, !stored.isSame(as: profile) else {
      return Outcome(.ok, profile.description.spaced, evidence: evidence)
    }
    return Outcome(
      .warning, "the profile at work differs from the installed one, which holds again after a reboot",
      expected: "the same profile in both", evidence: evidence,
      fix: ["toa install --profile \(shellQuoted(profile.description))", "or go back to the installed one: toa load"])
  }
}

extension ProfileError {
  /// Why a text is no profile; nil when it is one.
  fileprivate init?(of text: String) {
    do throws(ProfileError) {
      _ = try Profile(parsing: text)
      return nil
    } catch {
      self = error
    }
  }
}
