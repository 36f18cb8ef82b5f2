// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What a build and its packaging run beside the compiler.
struct MissingTools: Sendable {
  let system: System
  let facts: HostFacts

  init(_ system: System, _ facts: HostFacts) {
    self.system = system
    self.facts = facts
  }

  /// Packages of the tools that are not there; with `forPackages` also of those that make packages.
  func packages(forPackages: Bool) -> [String] {
    var missing: [String] = []
    if system.run.find("make") == nil { missing.append("make") }
    guard let manager = facts.distribution.packageManager, manager.format == .rpm else { return missing }
    if needsElfLibrary, !system.files.exists("/usr/include/libelf.h"), !system.files.exists("/usr/include/gelf.h") {
      missing.append(facts.distribution.family == .suse ? "libelf-devel" : "elfutils-libelf-devel")
    }
    return missing + (forPackages ? self.forPackages : [])
  }

  /// Packages of the tools that make packages and are not there.
  var forPackages: [String] {
    facts.distribution.packageManager?.format == .rpm && system.run.find("rpmbuild") == nil ? ["rpm-build"] : []
  }

  /// Whether the kernel's build files refuse to work where nothing can be linked with libelf: from 4.14, which brought ORC, to
  /// 5.18, since when objtool alone asks for it, and the headers bring that made.
  private var needsElfLibrary: Bool {
    guard let config = facts.config, config.isEnabled("UNWINDER_ORC") || config.isEnabled("STACK_VALIDATION") else {
      return false
    }
    return (KernelVersion(4, 14)..<KernelVersion(5, 18)).contains(facts.target.version)
  }
}
