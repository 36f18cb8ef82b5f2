// SPDX-License-Identifier: Apache-2.0
import Bpf
import Capture
import Host
import Kmod
import SelfTest
import Synchronization
import SystemPackage
import Testing
import ToaKit

extension System {
  /// A machine that nothing may be asked: every program, module, clock or terminal that is touched fails the test. The file
  /// tree is an empty one. The functions below give a copy that answers.
  static func untouched() -> System {
    System(
      files: FileRoot("/nonexistent/toa-test"),
      run: .answering([:], programs: nil),
      modules: .untouched(),
      bpf: .untouched(),
      identity: Identity(kernelRelease: "6.1.0-56-cloud-amd64", machine: "x86_64", hostName: "test"),
      terminal: Terminal(
        out: { Issue.record("unasked output: \($0)") }, err: { Issue.record("unasked message: \($0)") },
        ask: { question in
          Issue.record("unasked question: \(question)")
          return nil
        }),
      now: {
        Issue.record("the clock was read unasked")
        return 0
      },
      moduleLoading: {
        Issue.record("finit_module was asked unasked")
        return 0
      },
      selfTest: { _ throws(SelfTestError) in
        Issue.record("the self-test ran unasked")
        throw SelfTestError(step: "be asked", errno: 1)
      },
      capture: { _, _ throws(CaptureError) in
        Issue.record("packets were captured unasked")
        throw CaptureError.notOpened(errno: 1)
      })
  }

  /// With a file tree.
  func with(files: FileRoot) -> System { changed { $0.files = files } }

  /// With programs found at the paths of `programs`, all others missing, and their answers by the command as typed.
  func with(answers: [String: CommandResult], programs: [String: String] = [:]) -> System {
    changed { $0.run = .answering(answers, programs: programs) }
  }

  /// With an identity.
  func with(_ identity: Identity) -> System { changed { $0.identity = identity } }

  /// With what finit_module(2) answers.
  func with(moduleLoading errno: Int32) -> System { changed { $0.moduleLoading = { errno } } }

  /// With states of modules, all others absent; files by "NAME RELEASE" and their fields by path.
  func with(
    modules: [String: ModuleState], files: [String: String] = [:], information: [String: [String: String]] = [:],
    symbols: [String: [ModuleSymbol]] = [:]
  ) -> System {
    changed { system in
      system.modules.state = { modules[$0] ?? .absent }
      system.modules.file = { files["\($0) \($1)"] }
      system.modules.information = { path throws(KmodError) in
        guard let fields = information[path] else { throw KmodError(operation: "open", subject: path, errno: 2) }
        return fields.sorted { $0.key < $1.key }.map { ModuleField(key: $0.key, value: $0.value) }
      }
      system.modules.symbols = { path throws(KmodError) in
        guard let symbols = symbols[path] else { throw KmodError(operation: "open", subject: path, errno: 2) }
        return symbols
      }
    }
  }

  /// With eBPF that answers.
  func with(bpf: BpfControl) -> System { changed { $0.bpf = bpf } }

  /// With an outcome of the self-test.
  func with(selfTest outcome: Result<SelfTestReport, SelfTestError>) -> System {
    changed { system in
      system.selfTest = { _ throws(SelfTestError) in try outcome.get() }
    }
  }

  /// With a clock that stands.
  func with(now: Int64) -> System { changed { $0.now = { now } } }

  /// With a terminal that writes into `transcript` and answers questions with `answer`.
  func with(
    _ transcript: Transcript, answer: Bool? = nil, isTerminal: Bool = false, color: Bool = false, width: Int = 80
  ) -> System {
    changed { system in
      system.terminal = Terminal(
        out: { transcript.add(out: $0) }, err: { transcript.add(err: $0) },
        ask: { question in
          transcript.add(err: question + "\n")
          return answer
        }, outIsTerminal: isTerminal, errIsTerminal: isTerminal, allowsColor: color, width: width)
    }
  }

  private func changed(_ change: (inout System) -> Void) -> System {
    var system = self
    change(&system)
    return system
  }
}

/// What a command wrote.
final class Transcript: Sendable {
  private let texts = Mutex((out: "", err: ""))
  /// Standard output.
  var out: String { texts.withLock(\.out) }
  /// Standard error.
  var err: String { texts.withLock(\.err) }

  func add(out: String = "", err: String = "") {
    texts.withLock {
      $0.out += out
      $0.err += err
    }
  }
}

extension CommandRunner {
  /// Answers commands by their typed text; another one fails the test. Without `programs` looking for one fails it, too.
  static func answering(_ answers: [String: CommandResult], programs: [String: String]?) -> CommandRunner {
    @Sendable func answer(_ command: Command) throws(CommandError) -> CommandResult {
      guard let result = answers[command.typed] else {
        Issue.record("unasked command: \(command.typed)")
        throw CommandError(command: command, reason: "not found on PATH")
      }
      return result
    }
    return CommandRunner(
      run: { command async throws(CommandError) in try answer(command) },
      stream: { command, onLine async throws(CommandError) in
        let result = try answer(command)
        for line in result.output.split(separator: "\n") { onLine(String(line)) }
        return result
      },
      find: { name in
        guard let programs else {
          Issue.record("unasked look for the program \(name)")
          return nil
        }
        return programs[name] ?? (programs.values.contains(name) ? name : nil)
      })
  }
}

extension BpfControl {
  /// eBPF that nothing may be asked.
  static func untouched() -> BpfControl {
    @Sendable func refuse(_ operation: String) -> BpfError {
      Issue.record("eBPF was asked unasked: \(operation)")
      return BpfError(operation: operation, subject: "test", errno: 1)
    }
    return BpfControl(
      live: { () throws(BpfError) in throw refuse("live") },
      load: { _ throws(BpfError) in throw refuse("load") },
      remove: { () throws(BpfError) in throw refuse("remove") },
      hasPins: {
        Issue.record("eBPF's pins were looked for unasked")
        return false
      },
      counters: { () throws(BpfError) in throw refuse("counters") },
      connections: { () throws(BpfError) in throw refuse("connections") },
      probe: {
        Issue.record("eBPF was probed unasked")
        return []
      },
      attachments: { _ throws(BpfError) in throw refuse("attachments") },
      simulate: { _, _, _ throws(BpfError) in throw refuse("simulate") },
      objectHash: "object")
  }

  /// A kernel that takes the programs and has none of them attached, nor any other.
  static func able() -> BpfControl {
    var control = untouched()
    control.live = { () throws(BpfError) in nil }
    control.hasPins = { false }
    control.counters = { () throws(BpfError) in nil }
    control.connections = { () throws(BpfError) in [] }
    control.probe = { (BpfHook.allCases.map(\.rawValue) + ["table"]).map { BpfProbe(program: $0, errno: nil) } }
    control.attachments = { _ throws(BpfError) in [] }
    return control
  }

  /// A kernel without eBPF: nothing is loaded, and nothing can be.
  static func unable(errno: Int32 = 38) -> BpfControl {
    var control = able()
    control.probe = { (BpfHook.allCases.map(\.rawValue) + ["table"]).map { BpfProbe(program: $0, errno: errno) } }
    control.load = { _ throws(BpfError) in throw BpfError(operation: "load", subject: "toa", errno: errno) }
    return control
  }
}

extension ModuleControl {
  /// A kernel that nothing may be asked.
  static func untouched() -> ModuleControl {
    ModuleControl(
      state: { name in
        Issue.record("the state of \(name) was asked unasked")
        return .absent
      },
      load: { name, _ throws(KmodError) in
        Issue.record("\(name) was loaded unasked")
        throw KmodError(operation: "load", subject: name, errno: 1)
      },
      insert: { path, _ throws(KmodError) in
        Issue.record("\(path) was inserted unasked")
        throw KmodError(operation: "load", subject: path, errno: 1)
      },
      remove: { name throws(KmodError) in
        Issue.record("\(name) was removed unasked")
        throw KmodError(operation: "unload", subject: name, errno: 1)
      },
      file: { name, _ in
        Issue.record("the file of \(name) was asked unasked")
        return nil
      },
      information: { path throws(KmodError) in
        Issue.record("\(path) was read unasked")
        throw KmodError(operation: "open", subject: path, errno: 1)
      },
      symbols: { path throws(KmodError) in
        Issue.record("the symbols of \(path) were asked unasked")
        throw KmodError(operation: "open", subject: path, errno: 1)
      })
  }
}
