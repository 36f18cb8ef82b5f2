// SPDX-License-Identifier: Apache-2.0
import Host
import Synchronization
import Testing

@testable import ToaKit

struct PolicyRoutingTests {
  /// What an ip(8) is told that answers the rule with `complaint`, when the rule says whose it is.
  private func told(_ complaint: String) async throws -> [String] {
    let commands = Mutex<[String]>([])
    let run = CommandRunner(
      run: { command throws(CommandError) in
        commands.withLock { $0.append(command.typed) }
        let isRefused = command.arguments.contains("protocol") || complaint.hasSuffix("File exists")
        return command.arguments.contains("add") && isRefused
          ? CommandResult(status: 255, errorOutput: complaint) : CommandResult(status: 0)
      },
      stream: { _, _ throws(CommandError) in CommandResult(status: 0) }, find: { "/usr/sbin/\($0)" })
    let tree = try TestTree([:])
    let routing = PolicyRouting(tools: NetworkTools(run: run), names: RouteTableNames(tree.root))
    try? await routing.addRules(.ipv6, TransparentSettings(interfaces: ["eth1"]))
    return commands.withLock { $0.filter { $0.contains("add") } }
  }

  @Test func `the rule is the kernel's, for systemd-networkd, where ip knows that; another refusal is none of that`()
    async throws
  {
    let rule = "ip -6 rule add pref 862 iif eth1 fwmark 0x1000000/0x1000000 lookup 862"
    let old = #"Error: argument "protocol" is wrong: Failed to parse rule type"#
    #expect(try await told(old) == ["\(rule) protocol kernel", rule])
    #expect(try await told("RTNETLINK answers: File exists") == ["\(rule) protocol kernel"])
  }
}
