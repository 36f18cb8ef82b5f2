// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension DoctorContext {
  /// The profile of the loaded module, or why nothing can be said of it.
  var loadedProfile: Result<Profile, Unmet> {
    if let skip = unmet(.moduleSupport, .running, .loaded) { return .failure(Unmet(outcome: skip)) }
    guard let text = live?.profile else {
      return .failure(Unmet(outcome: Outcome(.skipped, "the loaded toa.ko is older than profiles (MOD02)")))
    }
    do throws(ProfileError) {
      return .success(try Profile(parsing: text))
    } catch {
      return .failure(
        Unmet(
          outcome: Outcome(
            .skipped, "the loaded toa.ko has a profile that this toa does not know", evidence: ["\(error)"])))
    }
  }

  /// A check that has nothing to look at, and its outcome.
  struct Unmet: Error {
    let outcome: Outcome
  }
}

extension Profile {
  /// The commands that install it, or have it until the next boot.
  func typedChange(adding word: String) -> (install: String, load: String) {
    let text = shellQuoted("\(self),\(word)")
    return ("toa install --profile \(text)", "toa load --profile \(text)")
  }
}
