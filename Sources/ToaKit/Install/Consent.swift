// SPDX-License-Identifier: Apache-2.0

extension Console {
  /// Asks before a change; throws when the answer is no or nobody can answer.
  func consent(_ verb: String, yes: Bool) throws(ToaError) {
    guard !yes else { return }
    switch ask("Do it?") {
    case true?: return
    case false?: throw ToaError(.refused, "nothing was changed", why: "you said no")
    case nil:
      throw ToaError(
        .refused, "nothing was changed", why: "nobody is there to ask",
        next: ["toa \(verb) --yes", "toa \(verb) --dry-run"])
    }
  }
}
