// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host
internal import Wire

/// A parameter of the loaded module that gets another value.
struct ModuleChange: Sendable, Equatable {
  /// The parameters that can be changed at run time.
  enum Parameter: String, Sendable {
    case trusted, profile

    /// What people call it.
    var title: String { self == .trusted ? "trusted prefixes" : "profile" }
    var path: String { LiveModule.path(rawValue) }

    /// The change as a person would type it.
    func typed(_ value: String) -> String { "echo \(shellQuoted(value)) > \(path)" }
  }

  var parameter: Parameter
  var value: String
  var old: String

  var typed: String { parameter.typed(value) }

  /// What has to be changed for what was asked for.
  static func all(
    _ request: LoadRequest, _ module: LiveModule?, _ name: String
  ) throws(ToaError) -> [ModuleChange] {
    var changes: [ModuleChange] = []
    if let trust = request.trust, let old = module?.trusted {
      let value = try trustParameter(trust)
      let now = try? TrustList(parsing: old)
      if now?.description != value { changes.append(ModuleChange(parameter: .trusted, value: value, old: old)) }
    }
    if let profile = request.profile {
      let value = try profileParameter(profile)
      guard let old = module?.profile else { throw ToaError.noProfiles(name) }
      let now = try? Profile(parsing: old)
      if now?.description != value { changes.append(ModuleChange(parameter: .profile, value: value, old: old)) }
    }
    return changes
  }
}

extension ModuleBackend {
  /// Makes all changes or none.
  func make(_ changes: [ModuleChange]) throws(ToaError) {
    for (index, change) in changes.enumerated() {
      do throws(ToaError) {
        try set(change.parameter, change.value)
      } catch {
        for earlier in changes[..<index] { try set(earlier.parameter, earlier.old) }
        throw error
      }
    }
  }

  /// Changes a parameter of the loaded module at once, connections untouched. It takes all of the value or nothing.
  func set(_ parameter: ModuleChange.Parameter, _ value: String) throws(ToaError) {
    do throws(FileError) {
      try system.files.overwrite(parameter.path, Array(value.utf8))
    } catch {
      throw refusal(of: parameter, value, error.errno)
    }
  }

  func refusal(of parameter: ModuleChange.Parameter, _ value: String, _ errno: Int32) -> ToaError {
    if errno == ENOENT, parameter == .profile { return ToaError.noProfiles("the loaded toa.ko") }
    let isRight = errno == EACCES || errno == EPERM
    return ToaError(
      isRight ? .refused : .unexpected, "the loaded module refuses the \(parameter.title) \(shellQuoted(value))",
      why: isRight
        ? "only root may change it"
        : errno == EINVAL
          ? "it does not know a word of it, and keeps what it had; its line in the kernel's log names the word"
          : "\(errorText(errno)); it keeps what it had",
      next: isRight ? ["sudo toa …"] : ["dmesg | grep 'TOA: \(parameter.rawValue)'", "toa status"])
  }
}
