// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A process of a proxy in this network namespace.
struct ProxyProcess: Sendable, Equatable {
  let id: String
  let program: ProxyConfiguration.Program
  /// Its effective capabilities, a bit each (CapEff of /proc/PID/status); nil when it is not shown.
  let capabilities: UInt64?
  /// Its cgroup, "/" for the root.
  let cgroup: String
  /// Its command line.
  let arguments: [String]
  /// What its paths begin with, where it has another view of files than toa.
  let root: String

  /// "haproxy (process 812)".
  var label: String { "\(program.rawValue) (process \(id))" }

  /// Whether it may connect with addresses that the host does not have: CAP_NET_ADMIN or CAP_NET_RAW (capabilities(7)), bits 12 and 13.
  var mayBindForeign: Bool? { capabilities.map { $0 & (1 << 12 | 1 << 13) != 0 } }

  /// The files that it was told to read, in order: of haproxy those behind -f and --, of nginx the one behind -c.
  var files: [String] {
    var files: [String] = []
    let option = program == .haproxy ? "-f" : "-c"
    for (index, argument) in arguments.enumerated().dropFirst() {
      if argument == option, index + 1 < arguments.count { files.append(arguments[index + 1]) }
      if argument == "--", program == .haproxy {
        files += arguments[(index + 1)...]
        break
      }
    }
    return files.filter { $0.hasPrefix("/") }.map { root + $0 }
  }
}

extension FileRoot {
  /// The proxies that run in this network namespace.
  var proxyProcesses: [ProxyProcess] {
    let own = linkTarget("/proc/self/ns/net")
    let view = linkTarget("/proc/self/ns/mnt")
    return processes.compactMap { id in
      let folder = "/proc/\(id)"
      guard let name = line("\(folder)/comm"), let program = ProxyConfiguration.Program(rawValue: name),
        linkTarget("\(folder)/ns/net") == own
      else { return nil }
      let status = (try? text("\(folder)/status")) ?? ""
      let word = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }?.split(separator: "\t").last
      let isElsewhere = linkTarget("\(folder)/ns/mnt") != view
      return ProxyProcess(
        id: id, program: program, capabilities: word.flatMap { UInt64($0, radix: 16) },
        cgroup: ProcessCgroup.parse((try? text("\(folder)/cgroup")) ?? "") ?? "/",
        arguments: ((try? text("\(folder)/cmdline")) ?? "").split { $0 == "\0" || program == .nginx && $0 == " " }
          .map(String.init),
        root: isElsewhere ? "\(folder)/root" : "")
    }
  }

  /// What haproxy and nginx are configured to do, those that connect with foreign addresses.
  func transparentProxies(_ processes: [ProxyProcess]) -> [ProxyConfiguration] {
    [haproxy(processes.filter { $0.program == .haproxy }), nginx(processes.filter { $0.program == .nginx })]
      .filter(\.isTransparent)
  }

  private func haproxy(_ processes: [ProxyProcess]) -> ProxyConfiguration {
    let places = processes.flatMap(\.files) + ["/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d"]
    let files = places.flatMap { place in
      isDirectory(place) ? list(place).filter { $0.hasSuffix(".cfg") }.map { "\(place)/\($0)" } : [place]
    }
    return ProxyConfiguration(haproxy: texts(files))
  }

  private func nginx(_ processes: [ProxyProcess]) -> ProxyConfiguration {
    let usual = "/etc/nginx/nginx.conf"
    var files = processes.flatMap(\.files) + [usual]
    if !isFile(usual) {
      files += ["/etc/nginx/conf.d", "/etc/nginx/sites-enabled"].flatMap { folder in
        list(folder).map { "\(folder)/\($0)" }
      }
    }
    return ProxyConfiguration(nginx: texts(files)) { pattern in
      // Those that are not absolute lie beside the main file.
      texts(matching(pattern.hasPrefix("/") ? pattern : "/etc/nginx/" + pattern))
    }
  }

  private func texts(_ paths: [String]) -> [(path: String, text: String)] {
    var seen: Set<String> = []
    return paths.compactMap { path in
      guard seen.insert(path).inserted, isFile(path), let text = try? text(path) else { return nil }
      return (path, text)
    }
  }

  /// The files that a pattern of glob(7) with asterisks and question marks names, in order.
  private func matching(_ pattern: String) -> [String] {
    var found = [""]
    for component in pattern.split(separator: "/") {
      found = found.flatMap { folder -> [String] in
        guard component.contains(where: { "*?".contains($0) }) else { return ["\(folder)/\(component)"] }
        return list(folder.isEmpty ? "/" : folder).filter { name in
          !name.hasPrefix(".") && isMatch(name[...], component)
        }.map { "\(folder)/\($0)" }
      }
    }
    return found.filter(isFile)
  }

  private func isMatch(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return isMatch(name, pattern.dropFirst()) || !name.isEmpty && isMatch(name.dropFirst(), pattern)
    }
    return !name.isEmpty && (first == "?" || first == name.first) && isMatch(name.dropFirst(), pattern.dropFirst())
  }
}
