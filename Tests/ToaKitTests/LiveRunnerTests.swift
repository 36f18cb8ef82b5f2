// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Synchronization
import SystemPackage
import Testing

@testable import ToaKit

/// Real programs, run as toa runs them.
struct LiveRunnerTests {
  let runner = CommandRunner.live()

  private func sh(_ script: String) -> Command { Command("sh", ["-c", script]) }

  @Test func `both outputs and the exit status come back`() async throws {
    let result = try await runner.run(sh("echo out; echo err >&2; exit 7"))
    #expect(result == CommandResult(status: 7, output: "out\n", errorOutput: "err\n"))
  }

  @Test(arguments: [SIGTERM, SIGKILL, SIGSEGV]) func `a signal gives 128 and its number`(signal: Int32) async throws {
    #expect(try await runner.run(sh("kill -\(signal) $$")).status == 128 + signal)
    #expect(try await runner.stream(sh("kill -\(signal) $$")) { _ in }.status == 128 + signal)
  }

  @Test func `the environment is inherited with changes`() async throws {
    setenv("TOA_TEST_INHERITED", "inherited", 1)
    setenv("TOA_TEST_UNSET", "still here", 1)
    var command = sh("echo $TOA_TEST_SET, $TOA_TEST_INHERITED, ${TOA_TEST_UNSET-unset}")
    command.environment = ["TOA_TEST_SET": "a b"]
    command.unsetEnvironment = ["TOA_TEST_UNSET"]
    #expect(try await runner.run(command).output == "a b, inherited, unset\n")
  }

  @Test func `it runs in the folder that it is told, with the input that it is given`() async throws {
    var command = Command("cat", input: Array("text".utf8))
    #expect(try await runner.run(command).output == "text")
    command = Command("pwd", workingDirectory: "/usr")
    #expect(try await runner.run(command).output == "/usr\n")
    #expect(try await runner.run(Command("cat")).output == "")
  }

  @Test(arguments: ["toa-no-such-program", "/nonexistent/program"])
  func `a missing program is an error that names it`(name: String) async {
    await #expect(throws: CommandError(command: Command(name), reason: "not found on PATH")) {
      try await runner.run(Command(name))
    }
    #expect(runner.find(name) == nil)
  }

  @Test func `programs are found on PATH, by absolute path, and not when they cannot be executed`() {
    #expect(runner.find("sh")?.hasSuffix("/sh") == true)
    #expect(runner.find("/bin/sh") == "/bin/sh")
    #expect(runner.find("/etc/passwd") == nil)
  }

  @Test func `lines of both outputs come in their order, each as soon as it is there`() async throws {
    let tree = try TestTree()
    let place = tree.root.location.string
    let lines = Mutex<[String]>([])
    // The program goes on only when its second line has arrived.
    let wait = "i=0; until [ -e \(place)/go ]; do i=$((i+1)); [ $i -gt 3000 ] && echo late && break; sleep 0.1; done"
    let result = try await runner.stream(sh("echo one; echo two >&2; \(wait); echo three; printf last; exit 3")) {
      line in
      lines.withLock { $0.append(line) }
      if line == "two" { try? tree.write("/go", "") }
    }
    #expect(lines.withLock { $0 } == ["one", "two", "three", "last"])
    #expect(result == CommandResult(status: 3, output: "one\ntwo\nthree\nlast"))
  }

  @Test func `much output on both sides neither blocks nor gets lost`() async throws {
    let script = "i=0; while [ $i -lt 20000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done"
    let both = try await runner.run(sh("(\(script)) & (\(script)) >&2; wait"))
    #expect(both.output.utf8.count == 820_000)
    #expect(both.errorOutput.utf8.count == 820_000)
    let count = Mutex(0)
    let streamed = try await runner.stream(sh(script)) { _ in count.withLock { $0 += 1 } }
    #expect(count.withLock { $0 } == 20000)
    #expect(streamed.output.utf8.count == 820_000 - 1)
  }

  @Test(.timeLimit(.minutes(4))) func `cancelling ends the program`() async throws {
    let tree = try TestTree()
    let place = tree.root.location.string
    let task = Task {
      try? await runner.stream(sh("echo $$ >\(place)/pid; exec sleep 600")) { _ in }
    }
    while tree.root.line("/pid")?.isEmpty ?? true { try await Task.sleep(for: .milliseconds(10)) }
    let pid = try #require(tree.root.line("/pid").flatMap { pid_t($0) })
    task.cancel()
    _ = await task.value
    #expect(kill(pid, 0) == -1 && errno == ESRCH)
  }

  @Test func `a program runs in a session of its own, out of Ctrl-C's reach`() async throws {
    let session = try await runner.run(sh("ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat"))
    let id = session.output.split(whereSeparator: \.isWhitespace).last.flatMap { pid_t($0) }
    #expect(id != nil && id != getsid(0))
  }
}
