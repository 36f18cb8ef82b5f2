// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Testing
import Wire

@testable import ToaKit

/// Whole screens of `toa simulate`.
struct SimulateScreenTests {
  static let own = "/sys/fs/cgroup/system.slice/ssh.service"
  static let made = own + "/toa-simulate.0"

  let host: FakeHost

  /// A host whose curl ends with 7, and whose cgroups have their files.
  init() throws {
    host = try FakeHost()
    host.write("/usr/bin/curl", "")
    host.write(Self.own + "/cgroup.procs", "")
    host.write(Self.made + "/cgroup.procs", "")
  }

  private func run(_ arguments: String) async -> Screen {
    let host = host
    var system = host.system
    system.run.attend = { command throws(CommandError) in
      #expect(command.typed == "curl http://10.0.0.1/")
      #expect(host.files.line(Self.made + "/cgroup.procs") == "0")
      host.remove(Self.made + "/cgroup.procs")
      return 7
    }
    return await Screen.of(arguments, system, host.transcript)
  }

  @Test func `the command runs in a cgroup of its own, and its exit status is that of toa`() async {
    let screen = await run("simulate --client 203.0.113.7:5555 -- curl http://10.0.0.1/")
    #expect(
      screen
        == Screen(
          status: 7, out: "",
          err: """
            Connections to this host and private networks come from 203.0.113.7:5555 (option 254/8).
            1 connection carried the option.
            No TOA is loaded on this host: its servers see the address as it was. Next: toa install

            """))
    #expect(host.files.line(Self.own + "/cgroup.procs") == "0")
    #expect(!host.files.exists(Self.made))
  }

  @Test func `what did not carry the option is said`() async throws {
    host[\.simulated] = BpfSimulation.Totals(
      connections: 0, refused: 2, refusedAddress: .v4(IPv4Address(198, 51, 100, 1)), crowded: 1)
    let screen = await run("simulate --client [2001:db8::7]:5555 --profile ksyun -- curl http://10.0.0.1/")
    #expect(
      screen.err == """
        Connections to this host and private networks come from [2001:db8::7]:5555 (option 253/20).
        0 connections carried the option.
        2 connections did not, as public addresses get none, the last to 198.51.100.1.
        1 segment had no room left for the option.

        """)
    host.write(Self.made + "/cgroup.procs", "")
    let json = await run("simulate -q --json --client 203.0.113.7:5555 -- curl http://10.0.0.1/")
    #expect(
      json.out == """
        {
          "client" : "203.0.113.7:5555",
          "command" : [
            "curl",
            "http://10.0.0.1/"
          ],
          "connections" : 0,
          "crowded" : 1,
          "option" : "254/8",
          "refused" : 2,
          "schema" : "toa.simulation/1",
          "status" : 7
        }

        """)
  }

  @Test(
    arguments: [
      ("--client 203.0.113.7 -- curl", "--client 203.0.113.7 is no client"),
      ("--client 203.0.113.7:0 -- curl", "--client 203.0.113.7:0 is no client"),
      ("--client 0.0.0.0:1 -- curl", "--client 0.0.0.0:1 is no client"),
      (
        "--client [2001:db8::7]:1 --profile tencent-gaap -- curl",
        "the profile tencent-gaap has no option for [2001:db8::7]:1"
      ),
      ("--client 203.0.113.7:1 --profile nobody -- curl", "--profile nobody is no profile"),
      ("--client 203.0.113.7:1 -- no-such-program", "there is no program no-such-program"),
    ])
  func `what makes no sense is a usage error`(arguments: String, what: String) async {
    let screen = await run("simulate " + arguments)
    #expect(screen.status == 64)
    #expect(screen.err.hasPrefix("error: \(what)\n"), "\(screen.err)")
  }

  @Test func `a command is needed, and root`() async {
    #expect(await run("simulate --client 203.0.113.7:1").status == 64)
    host[\.identity.userID] = 1000
    let screen = await run("simulate --client 203.0.113.7:1 -- curl")
    #expect(screen.status == 2)
    #expect(screen.err.contains("only root may attach an eBPF program"))
  }

  @Test func `where no cgroup can be made, and where the kernel refuses, nothing runs`() async {
    host.remove(Self.made + "/cgroup.procs")
    let closed = await run("simulate -q --client 203.0.113.7:1 -- curl http://10.0.0.1/")
    #expect(closed.status == 2)
    #expect(closed.err.hasPrefix("error: cannot make a cgroup for the command\n"))
    #expect(!host.files.exists(Self.made))
    host.write(Self.made + "/cgroup.procs", "")
    host[\.bpfLoadError] = BpfError(operation: "load", subject: "toa_simulate", errno: EINVAL)
    let refused = await run("simulate -q --client 203.0.113.7:1 -- curl http://10.0.0.1/")
    #expect(refused.status == 77)
    #expect(refused.err.hasPrefix("error: this kernel's eBPF does not suffice\n"))
    #expect(host.files.line(Self.own + "/cgroup.procs") == "0")
  }
}
