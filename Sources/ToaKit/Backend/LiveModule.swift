// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod

/// The module called `toa` that is in the kernel now, as /sys/module shows it.
public struct LiveModule: Sendable, Equatable, Codable {
  /// `MODULE_VERSION` of the loaded module.
  public var version: String?
  /// Hash over the loaded module's sources, made by modpost; the same as modinfo's `srcversion` of its file.
  public var sourceVersion: String?
  /// How the kernel functions are hooked: "ftrace" or "kretprobe".
  public var hook: String?
  /// Prefixes from which an option is believed, as the kernel prints them.
  public var trusted: String?
  /// The words that say what is read and answered; nil in a module that is older than profiles.
  public var profile: String?
  /// The socket calls that are really answered, 4096 and 1345; nil in a module that is older than profiles.
  public var socketCalls: [Int]?

  /// Where the kernel shows one of its parameters.
  static func path(_ parameter: String) -> String { "/sys/module/toa/parameters/\(parameter)" }

  /// Reads the module; nil when none of that name is loaded.
  public init?(_ system: System) {
    guard system.modules.state(ModuleBackend.moduleName) == .live else { return nil }
    version = system.files.line("/sys/module/toa/version")
    sourceVersion = system.files.line("/sys/module/toa/srcversion")
    hook = system.files.line(Self.path("hook"))
    trusted = system.files.line(Self.path("trusted"))
    profile = system.files.line(Self.path("profile"))
    socketCalls = system.files.line(Self.path("getsockopt")).map { line in
      line.split(separator: ",").compactMap { Int($0) }
    }
  }

  /// Whether it is the module that toa carries; every other one of the name lacks these parameters.
  public var isOurs: Bool { trusted != nil && hook != nil }
}

/// The file that the kernel would load for the name `toa`.
public struct ModuleFile: Sendable, Equatable, Codable {
  /// Absolute path.
  public var path: String
  /// `MODULE_VERSION`.
  public var version: String?
  /// Hash over the sources.
  public var sourceVersion: String?
  /// Release and options that the kernel compares at load.
  public var vermagic: String?
  /// Name in the signer's certificate; nil when unsigned.
  public var signer: String?
  /// Whether it takes the parameter `profile`, which earlier versions do not have.
  public var knowsProfiles: Bool

  /// The kernel release for which it was built; nil where it does not say that.
  public var kernel: String? { vermagic.flatMap(Self.kernel(ofVermagic:)) }

  /// The kernel release that a vermagic begins with: "6.1.0-56-amd64 SMP preempt mod_unload modversions ".
  static func kernel(ofVermagic text: String) -> String? { text.split(separator: " ").first.map(String.init) }

  /// Reads the module file that belongs to a kernel; nil when depmod knows none.
  public init?(_ system: System, kernel: String) {
    guard let path = system.modules.file(ModuleBackend.moduleName, kernel) else { return nil }
    self.path = path
    let fields = (try? system.modules.information(path)) ?? []
    func field(_ key: String) -> String? { fields.first { $0.key == key }?.value }
    version = field("version")
    sourceVersion = field("srcversion")
    vermagic = field("vermagic")
    // libkmod without openssl sees a signature and not whose.
    signer = field("signer").flatMap { $0.isEmpty ? nil : $0 } ?? field("sig_id").map { _ in "a key without a name" }
    knowsProfiles = fields.contains { $0.key == "parm" && $0.value.hasPrefix("profile:") }
  }
}

extension System {
  /// The kernel release for which the module in a file was built; nil for what is no module, or does not say that.
  func kernel(ofModule path: String) -> String? {
    let fields = (try? modules.information(located(path))) ?? []
    return fields.first { $0.key == "vermagic" }.flatMap { ModuleFile.kernel(ofVermagic: $0.value) }
  }
}
