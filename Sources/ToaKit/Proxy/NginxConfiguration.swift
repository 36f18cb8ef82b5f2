// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension ProxyConfiguration {
  /// Reads nginx's configuration from its main files; `include` gives the files that a pattern names.
  init(nginx files: [(path: String, text: String)], include: (String) -> [(path: String, text: String)]) {
    var reader = NginxConfiguration()
    var seen: Set<String> = []
    func expand(_ directives: [NginxDirective], depth: Int) -> [NginxDirective] {
      directives.flatMap { directive -> [NginxDirective] in
        if directive.name == "include", directive.words.count == 2, depth > 0 {
          return include(directive.words[1].text).flatMap { path, text in
            seen.insert(path)
            return expand(NginxDirective.read(text, path), depth: depth - 1)
          }
        }
        var directive = directive
        directive.block = directive.block.map { expand($0, depth: depth) }
        return [directive]
      }
    }
    for (path, text) in files where seen.insert(path).inserted {
      reader.read(main: expand(NginxDirective.read(text, path), depth: 8))
    }
    reader.configuration.paths = files.map(\.path) + seen.subtracting(files.map(\.path)).sorted()
    self = reader.configuration
  }
}

/// Goes through the blocks of nginx's configuration.
private struct NginxConfiguration {
  /// What an outer block hands on to inner ones.
  private struct Context {
    var source: ProxyConfiguration.Source?
    /// Whether the client's address is taken from the PROXY protocol.
    var takesProxy = false
    var isStream = false
    /// Whether servers are told the client by the PROXY protocol.
    var tells = false
  }

  var configuration = ProxyConfiguration(program: .nginx)
  /// Servers of each upstream block.
  private var groups: [String: [(line: ProxyConfiguration.Line, word: ConfiguredWord)]] = [:]

  /// Directives that name a server, each with the one that names the address to connect with.
  private static let passes = [
    "proxy_pass": "proxy_bind", "fastcgi_pass": "fastcgi_bind", "uwsgi_pass": "uwsgi_bind", "scgi_pass": "scgi_bind",
    "memcached_pass": "memcached_bind", "grpc_pass": "grpc_bind",
  ]
  private static let binds = Set(passes.values)

  mutating func read(main directives: [NginxDirective]) {
    for directive in directives where directive.name == "user" && directive.words.count > 1 {
      configuration.user = directive.words[1].text
    }
    collect(directives)
    var loose = ProxyConfiguration.Service(name: "")
    walk(directives, Context(), &loose)
    if loose.source != nil || !loose.servers.isEmpty { configuration.services.append(loose) }
  }

  private mutating func collect(_ directives: [NginxDirective]) {
    for directive in directives {
      guard let block = directive.block else { continue }
      if directive.name == "upstream", directive.words.count > 1 {
        groups[directive.words[1].text, default: []] +=
          block.filter { $0.name == "server" && $0.words.count > 1 }.map { ($0.line, $0.words[1]) }
      } else {
        collect(block)
      }
    }
  }

  private mutating func walk(
    _ directives: [NginxDirective], _ outer: Context, _ service: inout ProxyConfiguration.Service
  ) {
    var context = outer
    // A directive counts wherever it stands in its block.
    for directive in directives where directive.block == nil { note(directive, &context) }
    if context.source != outer.source, let source = context.source { service.source = service.source ?? source }
    for directive in directives {
      if directive.name == "listen", directive.block == nil {
        listen(directive, context, &service)
      } else if Self.passes[directive.name] != nil, directive.words.count > 1, directive.block == nil {
        pass(directive, context, &service)
      }
      guard let block = directive.block, directive.name != "upstream" else { continue }
      var inner = context
      if directive.name == "stream" { inner.isStream = true }
      if directive.name == "server" {
        var own = ProxyConfiguration.Service(name: "server at \(directive.line.path):\(directive.line.number)")
        walk(block, inner, &own)
        configuration.services.append(own)
      } else {
        walk(block, inner, &service)
      }
    }
  }

  private func note(_ directive: NginxDirective, _ context: inout Context) {
    let words = directive.words
    switch directive.name {
    case let name where Self.binds.contains(name) && words.count > 1:
      guard words.count > 2, words[2].text == "transparent" else {
        context.source = nil
        break
      }
      let address: ProxyConfiguration.Source.Address =
        switch words[1].text.replacing("${", with: "$").replacing("}", with: "") {
        case "$remote_addr", "$realip_remote_addr", "$binary_remote_addr": .client(withPort: false)
        case "$remote_addr:$remote_port", "$realip_remote_addr:$realip_remote_port": .client(withPort: true)
        case "$proxy_protocol_addr", "$proxy_protocol_addr:$proxy_protocol_port": .proxyProtocol
        case let text: ProxyPlace(words[1])?.address.map { .fixed($0) } ?? .unknown(text)
        }
      context.source = ProxyConfiguration.Source(line: directive.line, address: address)
    case "real_ip_header" where words.count > 1: context.takesProxy = words[1].text == "proxy_protocol"
    // In a stream block that is all it takes.
    case "set_real_ip_from" where context.isStream: context.takesProxy = true
    case "proxy_protocol" where words.count > 1: context.tells = words[1].text == "on"
    default: break
    }
  }

  private func listen(
    _ directive: NginxDirective, _ context: Context, _ service: inout ProxyConfiguration.Service
  ) {
    guard directive.words.count > 1 else { return }
    var word = directive.words[1]
    // "listen 80" is a port.
    if UInt16(word.text) != nil { word.text = "*:" + word.text }
    guard let place = ProxyPlace(word) else { return }
    let takes = context.takesProxy || context.source?.address == .proxyProtocol
    service.listeners.append(
      ProxyConfiguration.Listener(
        line: directive.line, address: place.address, ports: place.ports.map(Array.init) ?? [80],
        acceptsProxy: takes && directive.words.contains { $0.text == "proxy_protocol" },
        // Without this word the socket takes IPv6 alone.
        takesIPv4: directive.words.contains { $0.text == "ipv6only=off" }, isTransparent: false))
  }

  private func pass(
    _ directive: NginxDirective, _ context: Context, _ service: inout ProxyConfiguration.Service
  ) {
    var word = directive.words[1]
    var port: UInt16? = context.isStream ? nil : 80
    for (scheme, usual) in [("http://", 80), ("https://", 443), ("grpc://", 80), ("grpcs://", 443)]
      as [(String, UInt16)]
    where word.text.hasPrefix(scheme) {
      word.text = String(word.text.dropFirst(scheme.count).prefix { $0 != "/" })
      port = usual
    }
    let places = groups[word.text] ?? [(directive.line, word)]
    for (line, word) in places {
      guard let place = ProxyPlace(word) else { continue }
      service.servers.append(
        ProxyConfiguration.Server(
          line: line, place: place.text, address: word.hasVariable ? nil : place.address,
          port: place.ports?.lowerBound ?? (word.hasVariable ? nil : port), source: context.source,
          isTold: context.tells))
    }
  }
}
