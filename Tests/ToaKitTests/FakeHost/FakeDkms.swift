// SPDX-License-Identifier: Apache-2.0
import Host

@testable import ToaKit

/// DKMS over the tree of a fake host: it has a link for each kernel for which it has put a module into updates/dkms.
struct FakeDkms {
  let host: FakeHost

  init(_ host: FakeHost) { self.host = host }

  private func link(_ kernel: String) -> String { "\(Dkms.tree)/kernel-\(kernel)-x86_64" }
  private func module(_ kernel: String) -> String { "/lib/modules/\(kernel)/updates/dkms/toa.ko" }

  private var kernels: [String] {
    host.files.list(Dkms.tree).filter { $0.hasPrefix("kernel-") && $0.hasSuffix("-x86_64") }
      .map { String($0.dropFirst("kernel-".count).dropLast("-x86_64".count)) }
  }

  var status: CommandResult {
    CommandResult(status: 0, output: kernels.map { "toa/\(toaVersion), \($0), x86_64: installed\n" }.joined())
  }

  func install(_ version: String, _ kernel: String) -> CommandResult {
    guard host.files.isFile("/usr/src/toa-\(version)/dkms.conf") else {
      return CommandResult(status: 2, output: "Error! DKMS tree does not contain: toa-\(version)\n")
    }
    guard host.files.isFile("/lib/modules/\(kernel)/build/Makefile") else {
      return CommandResult(status: 21, output: "Error! Your kernel headers for kernel \(kernel) cannot be found\n")
    }
    host.write(module(kernel), host.moduleText)
    host.pause("DKMS has built")
    host.write(link(kernel), "")
    FakeDpkg(host).depmod(kernel)
    return CommandResult(status: 0)
  }

  /// What the package's script has it do before the source goes.
  func removeAll() {
    for kernel in kernels {
      for path in [module(kernel), "/lib/modules/\(kernel)/updates/dkms", "/lib/modules/\(kernel)/updates"]
      where !host.files.isDirectory(path) || host.files.list(path).isEmpty { host.remove(path) }
      FakeDpkg(host).depmod(kernel)
    }
    host.remove(Dkms.tree)
    if host.files.list("/var/lib/dkms").isEmpty { host.remove("/var/lib/dkms") }
  }
}
