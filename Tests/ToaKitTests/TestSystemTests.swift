// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing
import ToaKit

@Suite struct TestSystemTests {
  @Test func `an untouched system fails the test when it is asked something`() async {
    await withKnownIssue {
      let system = System.untouched()
      _ = system.run.find("gcc")
      _ = try? await system.run.run(Command("uname", ["-r"]))
      _ = system.modules.state("toa")
      _ = system.moduleLoading()
      _ = system.now()
      system.terminal.out("hello")
    } matching: { _ in
      true
    }
  }

  @Test func `a system answers what it was told to answer`() async throws {
    let tree = try TestTree(["/etc/os-release": "ID=debian\n", "/etc/link": "-> os-release", "/empty/": ""])
    let transcript = Transcript()
    let system = System.untouched().with(files: tree.root)
      .with(answers: ["uname -r": CommandResult(status: 0, output: "6.1\n")], programs: ["gcc": "/usr/bin/gcc"])
      .with(modules: ["toa": .live]).with(moduleLoading: 9).with(now: 7).with(transcript, answer: true)
    #expect(system.files.line("/etc/link") == "ID=debian")
    #expect(system.files.isDirectory("/empty"))
    #expect(try await system.run.run(Command("uname", ["-r"])).output == "6.1\n")
    #expect(system.run.find("gcc") == "/usr/bin/gcc")
    #expect(system.run.find("clang") == nil)
    #expect(system.modules.state("toa") == .live)
    #expect(system.modules.state("uoa") == .absent)
    #expect(system.moduleLoading() == 9)
    #expect(system.now() == 7)
    system.terminal.out("a")
    system.terminal.err("b")
    #expect(system.terminal.ask("sure?") == true)
    #expect(transcript.out == "a")
    #expect(transcript.err == "bsure?\n")
  }
}
