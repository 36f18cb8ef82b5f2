// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

/// Help and wrong command lines: nothing of the machine is touched for them.
struct UsageTests {
  static let help = """
    OVERVIEW: Show servers behind a layer-4 load balancer the real client address.

    The load balancer sends the client's address in a TCP option (TOA). `toa
    install` builds, packages and loads the kernel module that hands it to
    applications, or eBPF programs where that cannot be, and proves with real
    connections that they see it.

    USAGE: toa <subcommand>

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.

    INSTALL SUBCOMMANDS:
      install                 Build, package, load and prove TOA on this host.
      uninstall               Unload and remove everything that `toa install` put
                              here.

    LOOK SUBCOMMANDS:
      status                  Show what is installed, loaded and used.
      doctor                  Say what keeps TOA from working here, and the command
                              that mends it.
      selftest                Prove with real connections that applications see the
                              client.
      capture                 Watch connections being opened and say what their TCP
                              options tell of the client.
      simulate                Run a program whose connections look as if they came
                              through a load balancer.
      stats                   Show the counters of the loaded TOA.
      table                   Show the open connections and the clients behind them.
      debug                   Switch toa.ko's log lines about each connection on or
                              off.

    TRANSPARENT PROXY SUBCOMMANDS:
      tproxy                  Have servers' answers to clients' addresses come back
                              to a transparent proxy here.

    BY HAND SUBCOMMANDS:
      build                   Compile toa.ko for a kernel; needs no root and
                              changes nothing but the output folder.
      package                 Make debs or rpms: the module for each kernel, or its
                              source for DKMS; needs no root.
      sign                    Sign modules, and make or enrol the key for it.
      load                    Load the installed backend.
      unload                  Unload module or eBPF; what is installed comes back
                              at the next boot.

      See 'toa help <subcommand>' for detailed help.

    """

  @Test(arguments: ["--help", "-h", "help", ""]) func `help lists the verbs`(arguments: String) async {
    #expect(await Screen.of(arguments) == Screen(status: 0, out: Self.help, err: ""))
  }

  @Test func `--version prints the version alone`() async {
    #expect(await Screen.of("--version") == Screen(status: 0, out: "\(toaVersion)\n", err: ""))
  }

  @Test(arguments: [
    "isntall", "install --no-such", "install --trust", "install now", "doctor --fail-on x", "doctor --dry-run",
    "doctor --yes", "doctor --fix --root /x", "doctor --fix --watch", "doctor --watch --interval 0", "stats --percpu",
    "table --limit x", "table --limit -1",
    "debug", "debug maybe", "debug on off",
    "load --dryrun", "uninstall --kernel 6.1", "install --backend kmod", "load --backend auto", "--json",
    "status extra", "tproxy enable eth1", "tproxy enable --firewall pf", "tproxy enable --table x", "tproxy nothing",
    "tproxy selftest --only ipx",
  ])
  func `a wrong command line ends with 64 and says so on standard error alone`(arguments: String) async {
    let screen = await Screen.of(arguments)
    #expect(screen.status == 64)
    #expect(screen.err.hasPrefix("Error: ") || arguments == "--json")
    #expect(screen.out == "" || arguments == "--json")
  }

  @Test func `a mistyped verb is named`() async {
    #expect(
      await Screen.of("isntall")
        == Screen(
          status: 64, out: "",
          err: """
            Error: Unexpected argument 'isntall'
            Usage: toa <subcommand>
              See 'toa --help' for more information.

            """))
  }

  @Test func `values that only the verb can judge give 64, too`() async throws {
    let host = try FakeHost()
    let screens = [
      await Screen.of("install -y --trust garbage", on: host), await Screen.of("install -y --kernel ../x", on: host),
      await Screen.of("load --hook magic", on: host), await Screen.of("load --trust 10.0.0.1/8", on: host),
    ]
    #expect(screens.map(\.status) == [64, 64, 64, 64])
    #expect(
      screens[0].err == """
        error: --trust garbage is no list of prefixes
          "garbage" does not begin with an IPv4 or IPv6 address
          -> write prefixes with commas: --trust 203.0.113.0/24,2001:db8::/32
          -> or: --trust any

        """)
    #expect(screens[1].err == "error: --kernel ../x is no kernel release\n  -> ls /lib/modules\n")
    #expect(screens[2].err == "error: --hook magic is unknown\n  -> use auto, ftrace or kretprobe\n")
    #expect(host.changes == [])
  }
}
