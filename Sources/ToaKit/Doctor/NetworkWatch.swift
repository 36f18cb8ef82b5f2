// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host

/// A capture that feeds the checks of `doctor --capture` and `doctor --read`, and what was counted while it ran.
struct NetworkWatch: Sendable {
  /// What came of it.
  struct Seen: Sendable {
    /// What the connections come to.
    let totals: CaptureTotals
    /// Packets that came in fragments.
    let fragments: Int
    /// Says what to do about a cause.
    let advice: CaptureAdvice
    /// What to do about the main cause.
    let next: [String]
    /// Ports that were asked for; none means all.
    let ports: [UInt16]
    /// How long it took, in words: "10 s", or the name of the file.
    let span: String
    /// What the backend counted meanwhile; nil for a file, and where it shows no counters.
    let use: AddressUse?
    /// The kernel's counters before and after; nil for a file.
    let kernel: (before: ProtocolCounters, after: ProtocolCounters)?

    /// By how much a counter of the kernel's grew meanwhile; 0 for a file.
    func growth(_ group: String, _ name: String) -> UInt64 {
      guard let before = kernel?.before[group, name], let after = kernel?.after[group, name] else { return 0 }
      return after &- before
    }
  }

  private let result: Once<Result<Seen, ToaError>>

  init(_ request: CaptureRequest, _ system: System) {
    result = Once { await Self.look(request, system) }
  }

  /// What came, or why nothing can be captured. The first who asks starts the capture.
  var outcome: Result<Seen, ToaError> { get async { await result.value } }

  private static func look(_ request: CaptureRequest, _ system: System) async -> Result<Seen, ToaError> {
    do throws(ToaError) {
      let live = try Backend.live(system)
      var request = request
      request.profile = request.profile ?? live?.profile
      request.trusted = request.trusted ?? live?.trusted
      let isOwn = request.read == nil
      let before = isOwn ? (try live?.counters()?.totals, ProtocolCounters(system.files)) : (nil, nil)
      let quiet = Console(system.terminal, json: true, loudness: .quiet)
      let result = try await CaptureReporter(system, quiet).look(request)
      let after = isOwn ? (try live?.counters()?.totals, ProtocolCounters(system.files)) : (nil, nil)
      var use: AddressUse?
      if let first = before.0, let last = after.0 { use = AddressUse(first, last) }
      var kernel: (ProtocolCounters, ProtocolCounters)?
      if let first = before.1, let last = after.1 { kernel = (first, last) }
      return .success(
        Seen(
          totals: result.session.totals, fragments: result.session.fragments,
          advice: CaptureAdvice(system: system, isOwn: isOwn, judge: result.judge), next: result.next,
          ports: request.ports,
          span: request.read ?? "\(request.seconds ?? 0) s", use: use, kernel: kernel))
    } catch {
      return .failure(error)
    }
  }
}

extension DoctorContext {
  /// What a check that needs a capture has to look at.
  enum Watched {
    /// Connections came.
    case seen(NetworkWatch.Seen)
    /// They did not, or there is no capture: this is the outcome.
    case nothing(Outcome)
  }

  /// The capture, for checks that cannot do without.
  var watched: Watched {
    get async {
      guard let watch else { return .nothing(Outcome(.skipped, "needs a capture: toa doctor --capture")) }
      switch await watch.outcome {
      case .failure(let error):
        return .nothing(Outcome(.skipped, error.what, evidence: [error.why], fix: error.next))
      case .success(let seen):
        guard seen.totals.complete > 0 else { return .nothing(Outcome(.skipped, "no connection was opened (NET01)")) }
        return .seen(seen)
      }
    }
  }

  /// The capture, for checks that also have something to say without; nil when there is none, or it failed.
  var seen: NetworkWatch.Seen? {
    get async { try? await watch?.outcome.get() }
  }
}
