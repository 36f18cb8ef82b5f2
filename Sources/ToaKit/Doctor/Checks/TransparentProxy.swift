// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let transparentProxy = Check(
    "NET14", .network, "transparent proxy",
    explanation: """
      haproxy with `source ... usesrc clientip` and nginx with `proxy_bind $remote_addr transparent` connect to their servers with the
      client's address. The servers' answers then go to an address that this host does not have, and three things bring them back to
      the proxy: a rule that marks packets of such sockets, one that routes marked packets by a table of their own, and in that
      table a route that delivers everything locally.

      Add what is missing, and leave the other rules as they are:
          iptables -t mangle -A PREROUTING -p tcp -m socket --transparent -j MARK --set-mark 1
          ip rule add fwmark 1 lookup 100
          ip route add local 0.0.0.0/0 dev lo table 100

      The servers' route back to clients has to lead through this host, and the proxy needs CAP_NET_ADMIN.
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    let lines = context.transparentLines
    guard let first = lines.first else { return Outcome(.ok, "none is configured") }
    guard context.system.run.find("ip") != nil else { return Outcome(.skipped, "needs ip(8)", evidence: lines) }
    func ask(_ arguments: [String]) async -> [[Substring]] {
      let result = try? await context.system.run.run(Command("ip", arguments))
      return (result?.output ?? "").split(separator: "\n").map { $0.split(separator: " ") }
    }
    // "32765: from all fwmark 0x1 lookup 100"
    let marked = await ask(["rule", "show"]).compactMap { words -> (mark: Substring, table: Substring)? in
      guard let mark = words.firstIndex(of: "fwmark"), let table = words.firstIndex(of: "lookup"),
        mark + 1 < words.count, table + 1 < words.count
      else { return nil }
      return (words[mark + 1], words[table + 1])
    }
    var missing: [String] = []
    let mark = marked.first.map { String($0.mark.prefix { $0 != "/" }) } ?? "1"
    if marked.isEmpty { missing.append("ip rule add fwmark 1 lookup 100") }
    var delivers = false
    for rule in marked {
      // "local default dev lo scope host"
      let routes = await ask(["route", "show", "table", String(rule.table)])
      delivers = delivers || routes.contains { $0.first == "local" && $0.contains("lo") }
    }
    if !delivers { missing.append("ip route add local 0.0.0.0/0 dev lo table \(marked.first?.table ?? "100")") }
    if let rules = await context.network.rules.value {
      let marks = rules.having("socket", "tproxy", "divert", hook: "prerouting")
      if marks.isEmpty {
        missing.insert(
          "iptables -t mangle -A PREROUTING -p tcp -m socket --transparent -j MARK --set-mark \(mark)", at: 0)
      }
    }
    guard !missing.isEmpty else { return Outcome(.ok, "configured, and answers come back to it", evidence: lines) }
    return Outcome(
      .error,
      "a proxy connects with its clients' addresses, and \(missing.count) of the 3 settings that bring answers back "
        + (missing.count == 1 ? "is missing" : "are missing"),
      expected: "a mark, a rule and a route for the proxy's sockets",
      evidence: [first]
        + marked.map {
          "ip rule: fwmark \($0.mark) lookup \($0.table)"
        }, fix: missing)
  }

  static let transparentClient = Check(
    "NET15", .network, "client of a transparent proxy",
    explanation: """
      A transparent proxy on a host with TOA connects to its servers with the address that accept() gave it, which is the client's own from
      the option. That is mostly what is wanted.

      The servers' answers to that address have to come back through this host (NET14), and
      firewalls between them see addresses of the Internet on an inner network.
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    let lines = context.transparentLines
    guard !lines.isEmpty else { return Outcome(.ok, "none is configured") }
    return Outcome(.info, "its servers see the client that TOA has read, and answer to that address", evidence: lines)
  }
}

extension DoctorContext {
  /// Lines of proxies' configuration that make them connect with the client's address: "/etc/haproxy/haproxy.cfg:31: source ...".
  fileprivate var transparentLines: [String] {
    let files = system.files
    func all(_ folder: String) -> [String] { files.list(folder).map { "\(folder)/\($0)" } }
    let haproxy = ["/etc/haproxy/haproxy.cfg"] + all("/etc/haproxy/conf.d").filter { $0.hasSuffix(".cfg") }
    let nginx = ["/etc/nginx/nginx.conf"] + all("/etc/nginx/conf.d") + all("/etc/nginx/sites-enabled")
    return haproxy.flatMap { lines($0) { $0.contains("usesrc") } }
      + nginx.flatMap { lines($0) { $0.first == "proxy_bind" && $0.contains("transparent") } }
  }

  private func lines(_ path: String, _ isWanted: ([Substring]) -> Bool) -> [String] {
    guard system.files.isFile(path), let text = try? system.files.text(path) else { return [] }
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
      let code = line.prefix { $0 != "#" && $0 != ";" }
      let words = code.split { $0 == " " || $0 == "\t" }
      return isWanted(words) ? "\(path):\(number + 1): \(words.joined(separator: " "))" : nil
    }
  }
}
