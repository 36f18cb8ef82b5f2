// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension ProxyConfiguration {
  /// Reads haproxy's files in the order in which it has them; a `defaults` section holds for the files behind it, too.
  init(haproxy files: [(path: String, text: String)]) {
    var reader = HAProxyReader()
    for (path, text) in files {
      reader.configuration.paths.append(path)
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let words = HAProxyWords.split(line)
        guard !words.isEmpty else { continue }
        let joined = words.map(\.text).joined(separator: " ")
        reader.read(words, Line(path: path, number: number + 1, text: joined))
      }
    }
    reader.endSection()
    self = reader.configuration
  }
}

/// Goes through the lines of haproxy's configuration.
private struct HAProxyReader {
  /// What servers and sections have that say nothing else.
  private struct Defaults {
    /// Of `source`.
    var source: ProxyConfiguration.Source?
    /// Of `default-server`.
    var server = ServerSettings()
  }

  /// What parameters of a server say.
  private struct ServerSettings {
    /// Nil when no `source` is among them; nil in it when that one is the proxy's own address.
    var source: ProxyConfiguration.Source??
    var isTold = false
  }

  private enum Kind { case global, defaults, proxy, other }

  var configuration = ProxyConfiguration(program: .haproxy)
  private var kind = Kind.other
  private var service: ProxyConfiguration.Service?
  private var defaults = Defaults()
  private var named: [String: Defaults] = [:]
  private var defaultsName: String?
  /// Those of the section that is read.
  private var own = Defaults()
  private var expectsProxy = false
  /// Whether the section itself has a `source`.
  private var saysSource = false
  /// Places of the section's servers that have no source of their own.
  private var heirs: [Int] = []

  private static let others: Set<String> = [
    "peers", "resolvers", "userlist", "mailers", "cache", "program", "http-errors", "ring", "log-forward", "fcgi-app",
    "crt-store", "traces", "acme", "log-profile",
  ]

  mutating func read(_ words: [ConfiguredWord], _ line: ProxyConfiguration.Line) {
    if begin(words) { return }
    switch kind {
    case .global: readGlobal(words)
    case .defaults, .proxy: readProxy(words, line)
    case .other: break
    }
  }

  /// Notes the section that ends.
  mutating func endSection() {
    if var service {
      // A source that is only inherited is of no account where nothing connects.
      service.source = saysSource || !service.servers.isEmpty ? own.source : nil
      for index in heirs { service.servers[index].source = own.source }
      if expectsProxy {
        for index in service.listeners.indices { service.listeners[index].acceptsProxy = true }
      }
      configuration.services.append(service)
    } else if kind == .defaults {
      defaults = own
      if let defaultsName { named[defaultsName] = own }
    }
    (service, expectsProxy, defaultsName) = (nil, false, nil)
    (saysSource, heirs) = (false, [])
  }

  private mutating func begin(_ words: [ConfiguredWord]) -> Bool {
    let keyword = words[0].text
    let name = words.count > 1 && words[1].text != "from" ? words[1].text : nil
    switch keyword {
    case "global":
      endSection()
      kind = .global
    case "defaults":
      endSection()
      (kind, own, defaultsName) = (.defaults, base(words) ?? Defaults(), name)
    case "frontend", "backend", "listen":
      endSection()
      (kind, own) = (.proxy, base(words) ?? defaults)
      // Only these connect to servers.
      if keyword == "frontend" { own = Defaults() }
      service = ProxyConfiguration.Service(name: name ?? "")
    case _ where Self.others.contains(keyword) && (name != nil || words.count == 1):
      endSection()
      kind = .other
    default: return false
    }
    return true
  }

  /// "from NAME" takes the settings of one section of defaults.
  private func base(_ words: [ConfiguredWord]) -> Defaults? {
    guard let from = words.firstIndex(where: { $0.text == "from" }), from + 1 < words.count else { return nil }
    return named[words[from + 1].text]
  }

  private mutating func readGlobal(_ words: [ConfiguredWord]) {
    guard words.count > 1 else { return }
    switch words[0].text {
    case "user", "uid": configuration.user = words[1].text
    case "setcap":
      configuration.capabilities = words[1].text.split(separator: ",").map { $0.lowercased() }
    default: break
    }
  }

  private mutating func readProxy(_ words: [ConfiguredWord], _ line: ProxyConfiguration.Line) {
    switch words[0].text {
    case "source":
      own.source = source(words.dropFirst(), line)
      saysSource = true
    case "default-server": own.server = settings(words.dropFirst(), line, own.server)
    case "server" where words.count > 2:
      add(words[2], settings(words.dropFirst(3), line, own.server), line)
    case "server-template" where words.count > 3:
      add(words[3], settings(words.dropFirst(4), line, own.server), line)
    case "dispatch" where words.count > 1: add(words[1], ServerSettings(), line)
    case "bind" where words.count > 1: bind(words, line)
    case "use_backend" where words.count > 1, "default_backend" where words.count > 1:
      service?.hands.append(words[1].text.contains("%[") || words[1].hasVariable ? nil : words[1].text)
    case "tcp-request" where words.map(\.text).starts(with: ["tcp-request", "connection", "expect-proxy"]):
      expectsProxy = true
    default: break
    }
  }

  /// "0.0.0.0 usesrc clientip"; nil for an address of the proxy's own.
  private func source(
    _ words: ArraySlice<ConfiguredWord>, _ line: ProxyConfiguration.Line
  ) -> ProxyConfiguration.Source? {
    let words = Array(words)
    guard let position = words.firstIndex(where: { $0.text == "usesrc" }), position + 1 < words.count else {
      return nil
    }
    let word = words[position + 1]
    let text = word.text.lowercased()
    let address: ProxyConfiguration.Source.Address =
      switch text {
      case "client": .client(withPort: true)
      case "clientip": .client(withPort: false)
      case _ where text.hasPrefix("hdr_ip("): .header(String(word.text.dropFirst(7).prefix { $0 != "," && $0 != ")" }))
      default: ProxyPlace(word)?.address.map { .fixed($0) } ?? .unknown(word.text)
      }
    return ProxyConfiguration.Source(line: line, address: address)
  }

  private func settings(
    _ words: ArraySlice<ConfiguredWord>, _ line: ProxyConfiguration.Line, _ base: ServerSettings
  ) -> ServerSettings {
    var settings = base
    for (index, word) in zip(words.indices, words) {
      switch word.text {
      case "source" where index + 1 < words.endIndex:
        // What follows behind another parameter is no part of it.
        let end = words.index(index, offsetBy: 4, limitedBy: words.endIndex) ?? words.endIndex
        settings.source = .some(source(words[(index + 1)..<end], line))
      case "send-proxy", "no-send-proxy", "no-send-proxy-v2": settings.isTold = word.text == "send-proxy"
      case _ where word.text.hasPrefix("send-proxy-v2"): settings.isTold = true
      default: break
      }
    }
    return settings
  }

  private mutating func add(_ word: ConfiguredWord, _ settings: ServerSettings, _ line: ProxyConfiguration.Line) {
    guard let place = ProxyPlace(word), let count = service?.servers.count else { return }
    if settings.source == nil { heirs.append(count) }
    service?.servers.append(
      ProxyConfiguration.Server(
        line: line, place: place.text, address: place.address, port: place.ports?.lowerBound,
        source: settings.source ?? nil, isTold: settings.isTold))
  }

  private mutating func bind(_ words: [ConfiguredWord], _ line: ProxyConfiguration.Line) {
    let parameters = Set(words.dropFirst(2).map(\.text))
    for part in words[1].text.split(separator: ",") {
      guard let place = ProxyPlace(ConfiguredWord(text: String(part), hasVariable: words[1].hasVariable)) else {
        continue
      }
      service?.listeners.append(
        ProxyConfiguration.Listener(
          line: line, address: place.address, ports: place.ports.map(Array.init) ?? [],
          acceptsProxy: parameters.contains("accept-proxy"),
          takesIPv4: parameters.contains("v4v6") ? true : parameters.contains("v6only") ? false : nil,
          isTransparent: parameters.contains("transparent")))
    }
  }
}
