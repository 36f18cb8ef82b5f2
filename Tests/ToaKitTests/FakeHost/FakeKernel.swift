// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Kmod
import SelfTest
import SystemPackage
import Wire

@testable import ToaKit

extension FakeHost {
  static let standardTrust =
    "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,::1/128,fc00::/7,fe80::/10"
  private static let live = "/sys/module/toa"

  /// The kernel: its loaded module is what lies in /sys and /proc of the tree.
  var modules: ModuleControl {
    var modules = ModuleControl.untouched()
    modules.state = { $0 == "toa" && self.files.exists(Self.live) ? .live : .absent }
    modules.load = { name, parameters throws(KmodError) in try self.load(name, parameters) }
    modules.remove = { name throws(KmodError) in
      if let fault = self.fault(of: "rmmod \(name)") {
        throw KmodError(operation: "unload", subject: name, errno: fault.errno)
      }
      if let error = self[\.removeError] { throw error }
      self.pause("before rmmod \(name)")
      self.remove(Self.live)
      self.remove("/proc/net/toa_stats")
      self.remove(ClientConnection.modulePath)
      self.remove("/proc/dynamic_debug")
      self.pause("after rmmod \(name)")
    }
    modules.file = { name, release in
      // depmod's order: what was added goes before what came with the kernel.
      let paths = ["updates", "updates/dkms", "extra/toa", "kernel/net/toa"].flatMap { folder in
        ModuleCompression.allCases.map { "/lib/modules/\(release)/\(folder)/\(name)\($0.suffix)" }
      }
      return paths.first(where: self.files.isFile)
    }
    modules.information = { path throws(KmodError) in
      let inside =
        path.hasPrefix(self.files.location.string)
        ? String(path.dropFirst(self.files.location.string.utf8.count)) : path
      guard let text = try? self.files.text(inside) else {
        throw KmodError(operation: "open", subject: path, errno: ENOENT)
      }
      return text.split(separator: "\n").map { line in
        let parts = line.split(separator: "=", maxSplits: 1)
        return ModuleField(key: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
      }
    }
    modules.symbols = { _ throws(KmodError) in [] }
    return modules
  }

  private func load(_ name: String, _ parameters: String) throws(KmodError) {
    let fault = fault(of: "modprobe \(name)")
    if let fault, !fault.afterwards { throw KmodError(operation: "load", subject: name, errno: fault.errno) }
    if let error = self[\.loadError] { throw error }
    pause("before modprobe \(name)")
    guard let file = modules.file(name, Self.kernel) else {
      throw KmodError(operation: "load", subject: name, errno: ENOENT)
    }
    let fields = try modules.information(file)
    func field(_ key: String) -> String { fields.first { $0.key == key }?.value ?? "" }
    guard field("vermagic").hasPrefix(Self.kernel + " ") else {
      throw KmodError(operation: "load", subject: name, errno: ENOEXEC)
    }
    let options = (try? files.text("/lib/modprobe.d/toa.conf")) ?? ""
    let words = options.split(whereSeparator: \.isWhitespace) + parameters.split(separator: " ")
    func parameter(_ name: String) -> String? {
      words.last { $0.hasPrefix(name + "=") }?.dropFirst(name.utf8.count + 1).description
    }
    write(Self.live + "/version", field("version") + "\n")
    write(Self.live + "/srcversion", field("srcversion") + "\n")
    // The kernel's own, of another maker.
    if file.contains("/kernel/") {
      pause("after modprobe \(name)")
      return
    }
    write(Self.live + "/parameters/hook", "ftrace\n")
    write(Self.live + "/parameters/trusted", (parameter("trusted") ?? Self.standardTrust) + "\n")
    if field("parm").hasPrefix("profile:") {
      let words = parameter("profile") ?? "default"
      guard let profile = try? Profile(parsing: words) else {
        throw KmodError(operation: "load", subject: name, errno: EINVAL)
      }
      let calls = profile.sortedSocketCalls.map(\.description).joined(separator: ",")
      write(Self.live + "/parameters/profile", words + "\n")
      write(Self.live + "/parameters/getsockopt", (calls.isEmpty ? "none" : calls) + "\n")
    }
    write(
      "/proc/net/toa_stats",
      """
                                        CPU0       CPU1
      syn_recv_sock_toa        :         40          2
      syn_recv_sock_no_toa     :          7          0
      getname_toa_ok           :         84          0
      untrusted                :          0          3
      late_option              :          1          0
      deferred_lost            :          0          0
      option_254/8             :         39          1
      option_200/8             :          1          1

      """)
    write(
      ClientConnection.modulePath,
      """
      client                balancer              local                 option  netns
      203.0.113.7:5555      10.0.0.2:40001        10.0.0.1:443          254/8   4026531840
      198.51.100.9:61000    [fd00::2]:40002       [fd00::1]:443         200/8   4026532281

      """)
    write("/proc/dynamic_debug/control", Self.callSites())
    pause("after modprobe \(name)")
    if let fault { throw KmodError(operation: "load", subject: name, errno: fault.errno) }
  }

  /// What the kernel's dynamic debug shows of the loaded module, with these flags at both call sites.
  static func callSites(_ flags: String = "=_") -> String {
    """
    # filename:lineno [module]function flags format
    hooks.c:70 [toa]toa_note \(flags) "from %pISpc: option %u/%u, client %pISpc, verdict %s\\012"
    hooks.c:75 [toa]toa_note_bad \(flags) "from %pISpc: option %u/%u, verdict malformed\\012"

    """
  }

  /// Two connections; the client comes back as long as a backend is loaded and the test wants it.
  func selfTest() -> SelfTestReport {
    let isLoaded = modules.state("toa") == .live || (try? bpf.live()) != nil
    let works = isLoaded && self[\.selfTestPasses]
    let client = "198.51.100.7:4242"
    let balancer = "10.0.0.2:40000"
    let seen = works ? client : balancer
    return SelfTestReport(
      cases: [
        SelfTestCase(
          name: "v4-option-254", purpose: "an option is delivered", expected: client, accepted: seen, peerName: seen,
          passed: works),
        SelfTestCase(
          name: "v4-no-option", purpose: "without an option nothing changes", isPositive: false, expected: balancer,
          accepted: balancer, peerName: balancer, passed: true),
      ], milliseconds: 12)
  }
}
