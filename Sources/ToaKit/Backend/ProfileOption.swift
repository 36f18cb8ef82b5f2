// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// The value of the module's parameter `profile` for what a user gave to `--profile`: the same words.
func profileParameter(_ text: String) throws(ToaError) -> String {
  do throws(ProfileError) {
    return try Profile(parsing: text).description
  } catch {
    throw ToaError(
      .usage, "--profile \(shellQuoted(text)) is no profile", why: "\(error)",
      next: ["name a vendor's, and add or take away words: --profile tencent-clb, --profile lvs,-syn,late"])
  }
}

/// The profile that words say, for verbs that only judge by it; nil for none.
func parsedProfile(_ words: String?) throws(ToaError) -> Profile? {
  do throws(ProfileError) {
    return try words.map { words throws(ProfileError) in try Profile(parsing: words) }
  } catch {
    throw ToaError(.usage, "--profile cannot be read", why: "\(error)", next: ["docs/profiles.md lists the profiles"])
  }
}

extension Profile {
  /// Kinds that TCP itself uses, at which the eBPF programs do not look (OPTION_LAST_STANDARD).
  private static let standardKinds: ClosedRange<UInt8> = 0...8

  /// Words that take away what eBPF cannot do, and why it cannot; empty when it can do all of it.
  private var beyondEBPF: [(word: String, why: String)] {
    let reasons: [(Behaviour, String)] = [
      (.deferred, "no program sees the ACK that TCP_DEFER_ACCEPT swallows"),
      (.syn, "the programs first see a connection when its handshake is complete"),
      (.last, "the programs stop at the first option with a client"),
    ]
    return reasons.filter { behaviours.contains($0.0) }.map { ("-\($0.0.rawValue)", "\($0.0.rawValue): \($0.1)") }
      + options.clientFormats.filter { Self.standardKinds.contains($0.kind) }.map {
        ("-\($0)", "\($0): kinds up to \(Self.standardKinds.upperBound) are TCP's own, which the programs pass over")
      }
  }

  /// Throws where the eBPF programs cannot do what the profile says.
  func checkEBPF() throws(ToaError) {
    let beyond = beyondEBPF
    guard !beyond.isEmpty else { return }
    throw ToaError(
      .notApplicable, "eBPF cannot do all of the profile \(self)", why: beyond.map(\.why).joined(separator: "\n"),
      next: [
        "use the module, which can: --backend module --profile \(self)",
        "or do without: --profile \(([description] + beyond.map(\.word)).joined(separator: ","))",
      ])
  }
}

extension ToaError {
  /// A module of this project that is older than profiles.
  static func noProfiles(_ module: String) -> ToaError {
    ToaError(
      .notApplicable, "\(module) knows no profiles",
      why: "it was built by an earlier toa: it has no parameter `profile` and reads the options that it was made for",
      next: ["put this toa's module in its place: toa install", "then run the same command again"])
  }
}
