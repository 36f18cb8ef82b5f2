// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

extension FakeHost {
  /// The programs of the host; one that nobody made fails the test.
  var runner: CommandRunner {
    @Sendable func perform(_ command: Command) throws(CommandError) -> CommandResult {
      starts(command.typed)
      if let answer = self[\.answers].first(where: { command.typed.hasPrefix($0.key) })?.value { return answer }
      guard find(command.program) != nil else { throw CommandError(command: command, reason: "not found on PATH") }
      if let answer = query(command) { return answer }
      let fault = fault(of: command.typed)
      pause("before \(command.typed)")
      if let fault, !fault.afterwards { return CommandResult(status: fault.status, output: fault.output) }
      let result = change(command)
      pause("after \(command.typed)")
      if let fault { return CommandResult(status: fault.status, output: fault.output) }
      guard !self[\.lackedSpace] else {
        self[\.lackedSpace] = false
        return CommandResult(status: 1, output: "write error: No space left on device\n")
      }
      return result
    }
    return CommandRunner(
      run: { command async throws(CommandError) in try perform(command) },
      stream: { command, onLine async throws(CommandError) in
        let result = try perform(command)
        for line in (result.output + result.errorOutput).split(separator: "\n") { onLine(String(line)) }
        return CommandResult(status: result.status, output: result.output + result.errorOutput)
      },
      find: { self.find($0) })
  }

  private func find(_ program: String) -> String? {
    if program.hasPrefix("/") { return files.isFile(program) ? program : nil }
    return ["/usr/sbin/", "/usr/bin/"].map { $0 + program }.first { files.isFile($0) }
  }

  /// Answers of commands that change nothing.
  private func query(_ command: Command) -> CommandResult? {
    let arguments = command.arguments
    if FakeNetwork(self).asks(command) { return FakeNetwork(self).perform(command) }
    switch command.program {
    case "sha256sum":
      guard let input = command.input else { return CommandResult(status: 1) }
      // Short input is a file of this host, long input the carried source.
      guard input.count > 1000 else { return CommandResult(status: 0, output: Self.hash(input) + "  -\n") }
      return CommandResult(status: 0, output: String(repeating: self[\.source], count: 64) + "  -\n")
    case "apt-mark" where arguments.first == "showauto":
      return FakeApt(self).showAutomatic(Array(arguments.dropFirst()))
    case "dkms" where arguments.first == "status": return FakeDkms(self).status
    case "dpkg-query": return FakeDpkg(self).query(arguments)
    case "apt-get" where arguments.contains("--simulate"):
      let names = arguments.dropFirst().filter { !$0.hasPrefix("-") }
      return arguments[0] == "purge" ? FakeApt(self).simulatePurge(names) : FakeApt(self).simulateInstall(names)
    case "rpm": return FakeRpm(self).query(arguments)
    case "dnf" where arguments.contains("--assumeno"):
      return FakeRpm(self).install(arguments.dropFirst().filter { !$0.hasPrefix("-") }, simulate: true)
    case _ where command.program.hasPrefix("/usr/bin/gcc") || command.program.hasSuffix("/root/usr/bin/gcc"):
      let series =
        command.program.hasPrefix("/opt/")
        ? "12" : command.program.split(separator: "-").dropFirst().first.map(String.init) ?? "12"
      switch arguments.last {
      case "--version":
        return CommandResult(status: 0, output: "gcc-\(series) (Debian \(series).2.0-14) \(series).2.0\n")
      case "-dumpversion": return CommandResult(status: 0, output: "\(series).2.0\n")
      case "-dumpmachine": return CommandResult(status: 0, output: "x86_64-linux-gnu\n")
      default: return nil
      }
    default: return nil
    }
  }

  /// 64 hexadecimal digits that differ with the bytes.
  private static func hash(_ bytes: [UInt8]) -> String {
    let sum = bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 64 - digits.count) + digits
  }

  /// Commands that change the host.
  private func change(_ command: Command) -> CommandResult {
    let words = command.arguments
    let names = words.dropFirst().filter { !$0.hasPrefix("-") }
    switch (command.program, words.first) {
    case ("apt-get", "update"):
      write("/var/lib/apt/lists/mirror_dists_bookworm_main_binary-amd64_Packages", "\n")
      return CommandResult(status: 0)
    case ("rpm", _): return FakeRpm(self).change(words)
    case ("dnf", "install"): return FakeRpm(self).install(names, simulate: false)
    case ("rpmbuild", _): return FakeRpm(self).build(words)
    case ("apt-get", "install"): return FakeApt(self).install(names)
    case ("apt-get", "purge"): return FakeApt(self).purge(names)
    case ("dpkg", "--install"): return FakeDpkg(self).install(names)
    case ("dpkg", "--purge"): return FakeDpkg(self).purge(names)
    case ("dpkg", "--configure"):
      for name in files.list("/var/lib/dpkg/updates") { remove("/var/lib/dpkg/updates/" + name) }
      return CommandResult(status: 0)
    case ("dpkg-deb", _): return FakeDpkg(self).build(words[words.count - 2], words[words.count - 1])
    case ("apt-mark", "auto"): return FakeApt(self).mark(names, automatic: true)
    case ("apt-mark", "manual"): return FakeApt(self).mark(names, automatic: false)
    case ("dkms", "install"): return FakeDkms(self).install(words[4], words[6])
    case ("depmod", "-a"):
      FakeDpkg(self).depmod(words[1])
      return CommandResult(status: 0)
    case ("chmod", "-R"): return CommandResult(status: 0)
    case ("strip", "-g"): return strip(words[1])
    case ("xz", _): return compress(words[words.count - 1])
    case ("make", "-C"): return make(words)
    case ("mount", _): return mount(words)
    case ("umount", _): return unmount(words)
    default:
      if let result = FakeNetwork(self).perform(command) { return result }
      Issue.record("unasked command: \(command.typed)")
      return CommandResult(status: 127)
    }
  }

  /// Files of this host are text, and what strip takes away is not in them.
  private func strip(_ path: String) -> CommandResult {
    files.isFile(path) ? CommandResult(status: 0) : CommandResult(status: 1, output: "strip: '\(path)': No such file\n")
  }

  private func compress(_ path: String) -> CommandResult {
    guard let text = try? files.text(path) else {
      return CommandResult(status: 1, output: "xz: \(path): No such file\n")
    }
    write(path + ".xz", text)
    pause("half way through xz")
    remove(path)
    return CommandResult(status: 0)
  }

  private func make(_ words: [String]) -> CommandResult {
    guard let folder = words.first(where: { $0.hasPrefix("M=") })?.dropFirst(2), files.isFile(words[1] + "/Makefile"),
      files.isFile(folder + "/Kbuild"), files.isFile(folder + "/main.c")
    else { return CommandResult(status: 2, output: "make: *** No rule to make target 'modules'.  Stop.") }
    write(folder + "/main.o", "object")
    pause("half way through make")
    write(folder + "/toa_probed.h", "#define TOA_HAVE_SYN_RECV_SOCK_7 0\n#define TOA_HAVE_SYN_RECV_SOCK_6 1\n")
    write(folder + "/toa.ko", moduleText)
    return CommandResult(status: 0, output: "  CC [M]  main.o\n  LD [M]  toa.ko\n")
  }

  /// What a build of the module comes to.
  var moduleText: String {
    "vermagic=\(self[\.builtFor]) SMP preempt mod_unload modversions \nversion=0.1.0\nsrcversion=\(self[\.source])\n"
      + (self[\.knowsProfiles] ? "parm=profile:vendors, options, socket calls\n" : "")
      + "symbols=register_ftrace_function register_kretprobe\n"
  }

  /// Writes a file as a program of the host.
  func write(_ path: some StringProtocol, _ text: String) { write(path, Array(text.utf8)) }

  /// Writes a file of any bytes as a program of the host.
  func write(_ path: some StringProtocol, _ bytes: [UInt8]) {
    do {
      try tree.write(String(path), bytes)
    } catch let error as FileError where error.errno == ENOSPC {
      self[\.lackedSpace] = true
    } catch {
      Issue.record("the fake host cannot write \(path): \(error)")
    }
  }

  /// Removes a file or folder as a program of the host.
  func remove(_ path: String) {
    do { try tree.remove(path) } catch { Issue.record("the fake host cannot remove \(path): \(error)") }
  }
}
