// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Wire

/// What `toa simulate` answers.
struct SimulationDocument: Document {
  let schema = "toa.simulation/1"
  let client: String
  let option: String
  let command: [String]
  /// Exit status of the command; 128 and the signal's number where one ended it.
  let status: Int32
  /// Connections that carried the option.
  let connections: Int
  /// Connections to public addresses, which did not.
  let refused: Int
  /// Segments whose header had no room left for it.
  let crowded: Int
}

/// The verb `simulate`: runs a program as if it were behind a load balancer.
public struct Simulator: Sendable {
  /// Beginning of the names of the cgroups that it makes; the process's number follows.
  static let prefix = "toa-simulate."
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Runs the command to its end and returns its exit status.
  public func run(_ request: SimulationRequest) async throws(ToaError) -> Int32 {
    let client = try request.endpoint()
    let live = system.identity.userID == 0 ? try Backend.live(system) : nil
    let profile = try wanted(request, live)
    let option = try SimulationRequest.option(for: client, profile)
    guard system.identity.userID == 0 else {
      throw ToaError(
        .refused, "cannot simulate a load balancer", why: "only root may attach an eBPF program to a cgroup",
        next: ["sudo toa simulate …; what runs under it can be a user again: -- setpriv --reuid=USER --clear-groups …"])
    }
    guard let name = request.command.first, system.run.find(name) != nil else {
      throw ToaError(
        .usage, "there is no program \(request.command.first.map { shellQuoted($0) } ?? "to run")",
        why: "it is not on PATH", next: ["toa simulate --client \(client) -- curl http://127.0.0.1:8080/"])
    }
    let kind = "\(option.kind)/\(option.bytes.count)"
    console.say("Connections to this host and private networks come from \(client) (option \(kind)).", .faint)
    let (status, totals) = try await inCgroup { cgroup throws(ToaError) in
      let simulation = try attach(option, inSyn: profile.behaviours.contains(.syn), cgroup)
      let status = try await attend(request.command)
      do throws(BpfError) {
        return (status, try simulation.totals())
      } catch {
        throw EBPFBackend(system).reading(error)
      }
    }
    report(totals, live)
    console.answer(
      SimulationDocument(
        client: client.description, option: kind, command: request.command, status: status,
        connections: totals.connections, refused: totals.refused, crowded: totals.crowded))
    return status
  }

  private func wanted(_ request: SimulationRequest, _ live: Backend?) throws(ToaError) -> Profile {
    let words = try request.profile.map(profileParameter) ?? live?.profile
    return words.flatMap { try? Profile(parsing: $0) } ?? .standard
  }

  /// Does something in a cgroup of its own below this process's.
  private func inCgroup<Value: Sendable>(
    _ body: (_ cgroup: String) async throws(ToaError) -> Value
  ) async throws(ToaError) -> Value {
    let own = ProcessCgroup.parse((try? system.files.text(ProcessCgroup.path)) ?? "") ?? "/"
    return try await Cgroups(system).mounted(console) { point throws(ToaError) in
      let parent = point + ChildCgroup.folder(of: own)
      removeLeftovers(in: parent)
      let folder = parent + "/" + Self.prefix + (system.files.linkTarget("/proc/self") ?? "0")
      return try await ChildCgroup(system, console, folder: folder, parent: parent, isOwn: true).inside(
        { error in
          ToaError(
            .refused, "cannot make a cgroup for the command", why: "\(error.path): \(errorText(error.errno))",
            next: ["run toa on the host, not in a container"])
        }, body)
    }
  }

  /// Cgroups of runs that were killed, empty by now; those that are in use cannot be removed.
  private func removeLeftovers(in parent: String) {
    for name in system.files.list(parent) where name.hasPrefix(Self.prefix) {
      guard !system.files.isDirectory("/proc/\(name.dropFirst(Self.prefix.utf8.count))") else { continue }
      try? system.files.removeFolder("\(parent)/\(name)")
    }
  }

  private func attach(_ option: TCPOption, inSyn: Bool, _ cgroup: String) throws(ToaError) -> BpfSimulation {
    do throws(BpfError) {
      return try system.bpf.simulate(option, inSyn, cgroup)
    } catch {
      throw EBPFBackend(system).explain(error, exclusive: EBPFBackend(system).exclusive(at: cgroup))
    }
  }

  /// The command is on this terminal and gets its signals itself: it ends when it wants to.
  private func attend(_ words: [String]) async throws(ToaError) -> Int32 {
    let command = Command(words[0], Array(words.dropFirst()))
    let system = system
    let result: Result<Int32, CommandError> = await Task.detached {
      do throws(CommandError) { return .success(try await system.run.attend(command)) } catch { return .failure(error) }
    }.value
    do throws(CommandError) {
      return try result.get()
    } catch {
      throw ToaError(.refused, "cannot run \(shellQuoted(words[0]))", why: error.reason)
    }
  }

  private func report(_ totals: BpfSimulation.Totals, _ live: Backend?) {
    func number(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
    console.say("\(number(totals.connections, "connection")) carried the option.", .faint)
    if totals.refused > 0 {
      let example = totals.refusedAddress.map { ", the last to \($0)" } ?? ""
      console.say(
        "\(number(totals.refused, "connection")) did not, as public addresses get none\(example).", .warning)
    }
    if totals.crowded > 0 {
      console.say("\(number(totals.crowded, "segment")) had no room left for the option.", .warning)
    }
    if totals.connections > 0, live == nil {
      console.say("No TOA is loaded on this host: its servers see the address as it was. Next: toa install", .warning)
    }
  }
}
