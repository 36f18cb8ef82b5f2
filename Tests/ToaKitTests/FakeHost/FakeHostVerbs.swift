// SPDX-License-Identifier: Apache-2.0
import Host

@testable import ToaKit

extension FakeHost {
  /// Paths that may differ after an uninstallation: /run is empty after a boot.
  static let volatile = [HostLock.path]
  /// Paths that may also differ after a failed installation: what the next run reads, and the log that tells why it failed.
  static let afterFailure = volatile + [Journal.path, "/var/log/toa"]

  @discardableResult
  func install(
    _ backend: InstallRequest.Choice = .module, trust: String? = nil, profile: String? = nil, cgroup: String? = nil,
    getsockopt: Bool? = nil, dryRun: Bool = false, keepOnFailure: Bool = false
  ) async throws(ToaError) -> InstallDocument {
    try await Installer(system, console).install(
      InstallRequest(
        backend: backend, trust: trust, profile: profile, cgroup: cgroup, getsockopt: getsockopt, dryRun: dryRun,
        yes: true, keepOnFailure: keepOnFailure))
  }

  @discardableResult
  func uninstall(dryRun: Bool = false) async throws(ToaError) -> UninstallDocument {
    try await Uninstaller(system, console).uninstall(dryRun: dryRun, yes: true)
  }

  /// The error of an installation that fails; nil when it succeeds.
  func failure(
    _ backend: InstallRequest.Choice = .module, trust: String? = nil, profile: String? = nil, cgroup: String? = nil,
    getsockopt: Bool? = nil, keepOnFailure: Bool = false
  ) async -> ToaError? {
    do throws(ToaError) {
      try await install(
        backend, trust: trust, profile: profile, cgroup: cgroup, getsockopt: getsockopt, keepOnFailure: keepOnFailure)
      return nil
    } catch {
      return error
    }
  }

  @discardableResult
  func load(_ request: LoadRequest) async throws(ToaError) -> LoadDocument {
    try await Loader(system, console).load(request)
  }

  /// The error of loading that fails; nil when it succeeds.
  func failure(_ request: LoadRequest) async -> ToaError? {
    do throws(ToaError) {
      try await load(request)
      return nil
    } catch {
      return error
    }
  }
}
