// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The step of a plan that makes the parts in the kernel, from nothing or in place of those that are there.
public struct TransparentRaise: Sendable, Equatable, Codable {
  /// What is to be there.
  public var settings: TransparentSettings
  /// What is replaced; nil when there was nothing.
  public var old: TransparentSettings?

  var title: String {
    "divert the servers' answers to the proxy\(old == nil ? "" : " anew"): \(settings.filter.rawValue), mark "
      + "\(settings.markText), route table \(settings.table)"
  }

  var typed: [String] { TransparentCommands.making(settings, from: old) }

  func typedUndo(_ purpose: UndoPurpose) -> [String] {
    guard purpose == .rollback, let old else { return TransparentCommands.removing(settings, nil) }
    return TransparentCommands.making(old, from: settings)
  }

  func run(_ system: System) async throws(ToaError) {
    try await TransparentRules(system.run, system.files).raise(settings)
  }

  func undo(_ system: System, _ purpose: UndoPurpose) async throws(ToaError) {
    let rules = TransparentRules(system.run, system.files)
    if purpose == .rollback, let old { try await rules.raise(old) } else { try await rules.lower(settings) }
  }
}

/// The step of a plan that starts a unit of systemd, so that systemd knows it as started from now on and not from the next boot.
public struct UnitStart: Sendable, Equatable, Codable {
  /// "toa-tproxy.service".
  public var unit: String

  var typed: String { command("start").typed }
  var typedUndo: String { command("stop").typed }

  private func command(_ verb: String) -> Command {
    Command("systemctl", [verb, unit], environment: ["LC_ALL": "C.UTF-8"])
  }

  /// Whether systemd runs and has started the unit.
  func isActive(_ system: System) async -> Bool {
    guard system.files.hasSystemd else { return false }
    return (try? await system.run.run(Command("systemctl", ["is-active", "--quiet", unit])))?.status == 0
  }

  func run(_ system: System) async throws(ToaError) { try await run(command("start"), system) }

  func undo(_ system: System) async throws(ToaError) {
    if await isActive(system) { try await run(command("stop"), system) }
  }

  private func run(_ command: Command, _ system: System) async throws(ToaError) {
    let result: CommandResult
    do throws(CommandError) {
      result = try await system.run.run(command)
    } catch {
      throw ToaError(.unexpected, "cannot run systemctl", why: error.reason)
    }
    guard result.status != 0 else { return }
    throw ToaError(
      .unexpected, "\(command.typed) failed", why: result.errorOutput,
      next: ["systemctl status \(unit)", "journalctl -b -u \(unit)"])
  }
}
