// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import ToaKit

/// What files of haproxy and nginx say of connections with foreign addresses.
@Suite struct ProxyConfigurationTests {
  private func haproxy(_ text: String) -> ProxyConfiguration {
    ProxyConfiguration(haproxy: [("/etc/haproxy/haproxy.cfg", text)])
  }
  private func v4(_ text: String) -> IPAddress? { IPAddress(text) }

  /// Debian's file with a web and a mail service.
  private static let debian = """
    global
    	log /dev/log	local0
    	chroot /var/lib/haproxy
    	stats socket /run/haproxy/admin.sock mode 660 level admin
    	user haproxy
    	group haproxy
    	setcap cap_net_bind_service,cap_net_raw   # since 2.9
    	daemon

    defaults
    	log	global
    	mode	http
    	option	dontlognull
    	timeout connect 5000
    	errorfile 400 /etc/haproxy/errors/400.http

    frontend web
    	bind 203.0.113.1:80,203.0.113.1:443 ssl crt /etc/haproxy/"my cert.pem" alpn h2
    	bind [2001:db8::1]:80 v6only accept-proxy
    	bind /run/haproxy/web.sock user www
    	use_backend static if { path_beg '/static #1' }
    	default_backend app

    backend static
    	server files 10.0.0.7:8080 check

    backend app
    	balance roundrobin
    	source 0.0.0.0 usesrc clientip
    	default-server check inter 2s
    	server app1 10.0.0.5:8080 cookie a
    	server app2 [2001:db8:5::6]:8080
    	server app3 10.0.0.8:8081 source 10.0.0.1
    	server spare "${SPARE_HOST}":8082 backup send-proxy-v2

    listen mail
    	mode tcp
    	bind *:25 transparent
    	server mx mail.example.net:25 source 0.0.0.0 usesrc client

    peers all
    	server lb2 10.0.0.2:10000
    """

  @Test func `haproxy's servers that see the client are told from those that see the proxy`() {
    let configuration = haproxy(Self.debian)
    #expect(
      configuration.transparentServers.map(\.place) == [
        "10.0.0.5:8080", "[2001:db8:5::6]:8080", "${SPARE_HOST}:8082",
        "mail.example.net:25",
      ])
    #expect(configuration.transparentServers.map(\.address) == [v4("10.0.0.5"), v4("2001:db8:5::6"), nil, nil])
    #expect(configuration.serverPorts == [25, 8080, 8082])
    #expect(configuration.sources.map(\.address) == [.client(withPort: false), .client(withPort: true)])
    #expect(
      configuration.sources.first?.line.description == "/etc/haproxy/haproxy.cfg:29: source 0.0.0.0 usesrc clientip")
    #expect(configuration.transparentServers.filter(\.isTold).map(\.port) == [8082])
    #expect(configuration.families == [.ipv4, .ipv6])
    #expect((configuration.user, configuration.capabilities) == ("haproxy", ["cap_net_bind_service", "cap_net_raw"]))
  }

  @Test func `the sockets are those of the section, and of frontends that hand on to it`() {
    let listeners = haproxy(Self.debian).transparentListeners
    #expect(listeners.map(\.ports) == [[80], [443], [80], [25]])
    #expect(listeners.map(\.address) == [v4("203.0.113.1"), v4("203.0.113.1"), v4("2001:db8::1"), v4("0.0.0.0")])
    #expect(listeners.map(\.acceptsProxy) == [false, false, true, false])
    #expect(listeners.map(\.isTransparent) == [false, false, false, true])
  }

  @Test func `a source of defaults holds until others come, and by name`() {
    let configuration = haproxy(
      """
      defaults clear
        source 0.0.0.0 usesrc clientip
      frontend dynamic
        bind :::443 v4v6
        use_backend %[req.hdr(host),lower]
      backend one
        server a 10.0.0.1:80
      backend own
        source 10.0.0.254
        server b 10.0.0.2:80
      defaults
        default-server source 0.0.0.0 usesrc hdr_ip(x-forwarded-for,-1)
      backend two
        server c 10.0.0.3:80
        server d 10.0.0.4:80 source 0.0.0.0 usesrc 192.0.2.9
      backend three from clear
        server-template web 3 web.example.net:8000
      listen stats
        bind 127.0.0.1:9000
        tcp-request connection expect-proxy layer4
      """)
    #expect(
      configuration.transparentServers.map(\.place) == [
        "10.0.0.1:80", "10.0.0.3:80", "10.0.0.4:80", "web.example.net:8000",
      ])
    #expect(
      configuration.transparentServers.compactMap(\.source?.address) == [
        .client(withPort: false), .header("x-forwarded-for"), .fixed(.v4(IPv4Address(192, 0, 2, 9))),
        .client(withPort: false),
      ])
    #expect(configuration.transparentListeners.map(\.ports) == [[443]])
    #expect(configuration.services.last?.listeners.map(\.acceptsProxy) == [true])
    // A server has a name only, and a client may come by IPv6.
    #expect(configuration.families == [.ipv4, .ipv6])
  }

  @Test func `a source behind the servers counts, and ports that are not said are not known`() {
    let configuration = haproxy(
      "backend b\n  server a 10.0.0.1\n  server c 10.0.0.2:+1000\n  source :: usesrc client\n")
    #expect(configuration.transparentServers.map(\.port) == [nil, nil])
    #expect(configuration.serverPorts.isEmpty)
    #expect(configuration.families == [.ipv4])
  }

  @Test func `defaults hold for the files behind them`() {
    let configuration = ProxyConfiguration(haproxy: [
      ("/etc/haproxy/haproxy.cfg", "defaults\n  source 0.0.0.0 usesrc clientip\n"),
      ("/etc/haproxy/conf.d/web.cfg", "listen web\n  bind :80\n  server a 10.0.0.1:8080\n"),
    ])
    #expect(configuration.serverPorts == [8080])
    #expect(configuration.paths == ["/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d/web.cfg"])
  }

  @Test(arguments: [
    "# source 0.0.0.0 usesrc clientip\nbackend b\n  server a 10.0.0.1:80\n",
    "backend b\n  source 192.0.2.1\n  server a 10.0.0.1:80\n", "", "global\n  source 0.0.0.0 usesrc clientip\n",
    "defaults\n  source 0.0.0.0 usesrc clientip\nlisten stats\n  bind :9000\n",
    "listen l\n  option transparent\n  bind :80 transparent\n  server a 10.0.0.1:80\n",
    "backend b\n  source 0.0.0.0 usesrc clientip\n  source 192.0.2.1\n  server a 10.0.0.1:80\n",
  ]) func `these show the proxy's own address`(_ text: String) {
    #expect(!haproxy(text).isTransparent)
  }

  @Test func `words of haproxy are quoted and escaped`() {
    func words(_ line: String) -> [String] { HAProxyWords.split(line).map(\.text) }
    #expect(words(##"  a "b c" 'd "e' f\ g \#h # i"##) == ["a", "b c", "d \"e", "f g", "#h"])
    #expect(words("\tlog-format \"%ci # \\\"x\\\"\"") == ["log-format", "%ci # \"x\""])
    #expect(
      HAProxyWords.split(#"server a "${A}:1" '$b' \$c $d"#).map(\.hasVariable) == [
        false, false, true, false, false, true,
      ])
  }

  @Test(
    arguments: [
      ("10.0.0.5:80", "10.0.0.5", 80), ("*:443", "0.0.0.0", 443), (":443", "0.0.0.0", 443), (":::443", "::", 443),
      ("[::]:443", "::", 443), ("ipv6@:80", "::", 80), ("2001:db8::1:80", "2001:db8::1", 80),
      ("[2001:db8::1]", "2001:db8::1", nil), ("ipv4@10.0.0.5:8000-8002", "10.0.0.5", 8000), ("web1:80", nil, 80),
      ("10.0.0.5", "10.0.0.5", nil),
    ] as [(String, String?, UInt16?)])
  func `places are read`(_ text: String, _ address: String?, _ port: UInt16?) throws {
    let place = try #require(ProxyPlace(ConfiguredWord(text: text)))
    #expect(place.address == address.flatMap { IPAddress($0) })
    #expect(place.ports?.lowerBound == port)
  }

  @Test(arguments: ["/run/a.sock", "unix@/run/a", "abns@a", "fd@3", "unix:/run/a", "quic4@:443"])
  func `what is no place of the network is none`(_ text: String) {
    #expect(ProxyPlace(ConfiguredWord(text: text)) == nil)
  }

  private func nginx(_ text: String, _ files: [String: String] = [:]) -> ProxyConfiguration {
    ProxyConfiguration(nginx: [("/etc/nginx/nginx.conf", text)]) { pattern in
      files.keys.sorted().filter { pattern.hasSuffix("*") ? $0.hasPrefix(pattern.dropLast()) : $0 == pattern }
        .map { ($0, files[$0] ?? "") }
    }
  }

  @Test func `nginx's servers are found through blocks, groups and included files`() {
    let configuration = nginx(
      """
      user www-data;
      worker_processes auto;
      events { worker_connections 768; }
      http {
        log_format main '$remote_addr; "$request" {';
        include /etc/nginx/sites-enabled/*;
      }
      stream {
        upstream db { server 10.0.1.5:5432; server 10.0.1.6:5432 backup; server unix:/run/db.sock; }
        server {
          listen [::]:5432 proxy_protocol;
          set_real_ip_from 10.0.0.0/8;
          proxy_bind $remote_addr:$remote_port transparent;
          proxy_pass db;
        }
        server { listen 25; proxy_pass mail.example.net:25; }
      }
      """,
      [
        "/etc/nginx/sites-enabled/web": """
        upstream app { server 10.0.0.5; server [2001:db8::5]:8080; }
        server {
          listen 80 default_server;   # all
          listen 443 ssl;
          location / {
            proxy_pass http://app;
            proxy_bind $remote_addr transparent;
          }
          location /own { proxy_bind off; proxy_pass http://10.0.0.9/; }
          location ~ ^/x{2}$ { fastcgi_bind ${remote_addr} transparent; fastcgi_pass 10.0.0.6:9000; }
        }
        """
      ])
    #expect(
      configuration.transparentServers.map(\.place) == [
        "10.0.0.5", "[2001:db8::5]:8080", "10.0.0.6:9000", "10.0.1.5:5432", "10.0.1.6:5432",
      ])
    #expect(configuration.serverPorts == [80, 5432, 8080, 9000])
    #expect(configuration.sources.map(\.address).contains(.client(withPort: true)))
    #expect(
      configuration.sources.map(\.line.description).contains(
        "/etc/nginx/sites-enabled/web:7: proxy_bind $remote_addr transparent"))
    #expect(configuration.transparentListeners.map(\.ports) == [[80], [443], [5432]])
    #expect(configuration.transparentListeners.map(\.acceptsProxy) == [false, false, true])
    #expect(configuration.user == "www-data")
    #expect(configuration.paths == ["/etc/nginx/nginx.conf", "/etc/nginx/sites-enabled/web"])
  }

  @Test(arguments: [
    "http { server { proxy_bind 10.0.0.1; proxy_pass http://10.0.0.5; } }",
    "http { # proxy_bind $remote_addr transparent;\n server { proxy_pass http://10.0.0.5; } }",
    "http { server { add_header X 'proxy_bind $remote_addr transparent;'; } }", "http { server {", "}}}",
  ]) func `nginx shows its own address`(_ text: String) {
    #expect(!nginx(text).isTransparent)
  }
}
