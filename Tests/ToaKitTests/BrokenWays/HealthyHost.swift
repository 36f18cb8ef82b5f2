// SPDX-License-Identifier: Apache-2.0
import Host

@testable import ToaKit

/// A host on which toa is installed and works, and doctor has nothing to say against it.
enum HealthyHost: String, Sendable, CaseIterable {
  /// Debian 12 with toa.ko.
  case debian
  /// Rocky Linux 9 with toa.ko.
  case rocky
  /// Debian 12 with the eBPF programs.
  case debianWithBpf
  /// Debian 12 with toa.ko and a haproxy that shows clients to its servers, whose answers `toa tproxy enable` brings back.
  case transparent
  /// The same with rules that somebody wrote by hand.
  case transparentByHand

  /// Whether it is made with servers and connections.
  var isServing: Bool { self == .transparent || self == .transparentByHand }

  /// Makes it.
  func make() throws -> DoctorHost {
    switch self {
    case .debian: try DoctorHost(.loaded)
    case .rocky: try DoctorHost.rocky()
    case .debianWithBpf: try DoctorHost(.ebpf)
    case .transparent: try Self.transparent(.toa(TransparentHost.settings))
    case .transparentByHand: try Self.transparent(.hand)
    }
  }

  private static func transparent(_ maker: TransparentHost.Maker) throws -> DoctorHost {
    var host = try DoctorHost(.loaded)
    try host.serve(TransparentHost.files(maker))
    TransparentHost.answer(maker)(&host)
    return host
  }
}

extension DoctorHost {
  /// A Rocky Linux 9 with toa.ko in the kernel: the same host with the release, files and programs of that distribution.
  fileprivate static func rocky() throws -> DoctorHost {
    let release = "5.14.0-362.18.1.el9_3.0.1.x86_64"
    let headers = "/usr/src/kernels/\(release)"
    let compiler = "gcc (GCC) 11.4.1 20230605 (Red Hat 11.4.1-2)"
    let version = "Linux version \(release) (mockbuild@rockylinux.org) (\(compiler), GNU ld 2.35.2-42.el9) #1 SMP\n"
    var contents: [String: String] = [:]
    for (path, text) in base.merging(toa, uniquingKeysWith: { $1 }).merging(live, uniquingKeysWith: { $1 })
    where !path.hasPrefix("/var/lib/dpkg") {
      func moved(_ text: String) -> String {
        text.replacing(Self.headers, with: headers).replacing(Self.release, with: release)
          .replacing("updates/toa.ko", with: "extra/toa/toa.ko")
          .replacing("gcc-12 (Debian 12.2.0-14) 12.2.0", with: compiler)
      }
      contents[moved(path)] = moved(text)
    }
    contents.merge([
      "/etc/os-release": """
      ID="rocky"
      ID_LIKE="rhel centos fedora"
      VERSION_ID="9.3"
      PLATFORM_ID="platform:el9"
      PRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"

      """, "/proc/version": version, "/usr/bin/dnf": "", "/usr/bin/rpm": "", "/var/lib/rpm/": "",
    ]) { $1 }
    var host = try DoctorHost(.loaded, contents)
    host.place = "/lib/modules/\(release)/extra/toa/toa.ko"
    host.files = ["toa \(release)": host.place]
    host.information["vermagic"] = "\(release) SMP preempt mod_unload modversions"
    host.system = host.system.with(Identity(kernelRelease: release, machine: "x86_64"))
    host.programs = [
      "gcc": "/usr/bin/gcc", "make": "/usr/bin/make", "ld": "/usr/bin/ld", "rpm": "/usr/bin/rpm",
      "dnf": "/usr/bin/dnf",
    ]
    let packages = ["toa-modules-common", "kmod-toa-\(release)"]
    let database = RpmDatabase(root: host.tree.root, using: host.system.run)
    for (path, owner) in [
      "/boot/vmlinuz-\(release)": "kernel-core 5.14.0-362.18.1.el9_3.0.1",
      host.place: "kmod-toa-\(release) \(toaVersion)-1",
    ] { host.answers[database.ownerCommand(path).typed] = says("\(owner) x86_64\n") }
    func inTree(_ command: Command) -> String {
      command.typed.replacing("rpm --", with: "rpm --root \(host.tree.root.location) --")
    }
    host.answers.merge([
      "/usr/bin/gcc --version": says(compiler + "\n"),
      "/usr/bin/gcc -dumpfullversion -dumpversion": says("11.4.1\n"),
      "/usr/bin/gcc -dumpmachine": says("x86_64-redhat-linux\n"), "dmesg": says("[    0.000000] " + version),
      "sha256sum -": says("\(source)  -\n"),
      inTree(Rpm.packages(["kmod-toa-*", "toa-*"])): says(
        "\(packages[1])\n\(toaVersion)-1\nThe module.\nToa-Source-Sha256: \(source)\n\(Rpm.packageEnd)\n"),
      inTree(Rpm.names(["toa-modules-*", "toa-ebpf*", "kmod-toa-*"])): says(packages.joined(separator: "\n") + "\n"),
      Rpm.verify(packages).typed: says(""),
    ]) { $1 }
    for tool in ["scripts/basic/fixdep", "tools/objtool/objtool"] {
      guard let path = host.tree.root.locate("\(headers)/\(tool)") else { continue }
      host.answers[path] = CommandResult(status: 1, errorOutput: "Usage: \(tool)\n")
    }
    return host
  }
}
