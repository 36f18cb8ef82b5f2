// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

extension System {
  /// Throws where the kernel cannot take any module.
  func requireModuleSupport() throws(ToaError) {
    if moduleLoading() == ENOSYS { throw ToaError.noModuleSupport }
  }

  /// Throws where this process is not root.
  func requireRoot(_ verb: String, doing what: String = "changes the system") throws(ToaError) {
    guard identity.userID == 0 else {
      throw ToaError(
        .refused, "toa \(verb) \(what)", why: "only root may do that", next: ["sudo toa \(verb)"])
    }
  }

  /// Throws where another TOA is in the kernel: two of them on one socket give wrong addresses.
  func refuseOtherTOA() throws(ToaError) {
    if let live = LiveModule(self), !live.isOurs { throw ToaError.foreignModule(ModuleBackend.moduleName) }
    let traces = OtherTOA.detect(in: files).traces
    if let other = traces.first(where: { $0.name != ModuleBackend.moduleName }) {
      throw ToaError.foreignModule(other.name)
    }
  }
}

extension ToaError {
  /// A module of another maker does the same work.
  static func foreignModule(_ name: String) -> ToaError {
    ToaError(
      .conflict, "another TOA module is loaded: \(name)",
      why: "it hooks the same kernel functions; both together give applications wrong addresses",
      next: [
        "rmmod \(name)   (and take it out of /etc/modules, modules-load.d and rc.local)",
        "then run the same command again",
      ])
  }
}

/// What both backends ask of a host before `install` plans anything.
struct CommonPreflight: Sendable {
  let system: System
  let facts: HostFacts

  /// Bytes that a build and the packages need at most.
  static let neededBytes: UInt64 = 64 << 20

  /// Throws where nothing can be installed; `instead` is what can be done there.
  func checkPlace(instead: [String]) throws(ToaError) {
    if let container = facts.container {
      throw ToaError(
        .notApplicable, "this is a container (\(container.engine))", why: container.evidence,
        next: ["run `toa install` on the host: its kernel is the one that accepts the connections"])
    }
    if let immutable = facts.immutable {
      throw ToaError(
        .notApplicable, "this system's files cannot be changed in place", why: immutable.evidence,
        next: [immutable.advice] + instead)
    }
    guard facts.distribution.packageManager != nil else {
      throw ToaError(
        .notApplicable, "toa install makes debs and rpms; this is \(facts.distribution.prettyName)",
        why: "none of apt, dnf, yum, zypper and tdnf is its package manager", next: instead)
    }
  }

  /// Throws where these folders cannot take files, or a package manager is at work.
  func checkDisk(_ folders: [String]) throws(ToaError) {
    for folder in folders where !system.canWrite(folder) {
      throw ToaError(
        .refused, "\(folder) cannot be written", why: "the file system is read-only, or this is not root",
        next: ["mount -o remount,rw /", "then run the same command again"])
    }
    for place in folders {
      guard let free = system.freeBytes(place), free < Self.neededBytes else { continue }
      throw ToaError(
        .refused, "\(place) has only \(free >> 20) MiB left", why: "building and packaging take up to 64 MiB",
        next: ["free some space, then run the same command again"])
    }
    guard !system.isPackageDatabaseLocked else { throw Self.locked }
  }

  /// Another program works on the package database.
  static var locked: ToaError {
    ToaError(
      .locked, "the package database is locked", why: "another package manager is running",
      next: ["wait until it has finished, then run the same command again"])
  }
}

/// What must hold before `install` plans anything with the module.
struct Preflight: Sendable {
  static let neededBytes = CommonPreflight.neededBytes
  let system: System
  let facts: HostFacts
  let request: InstallRequest

  func check() async throws(ToaError) {
    if facts.isRunning { try system.requireModuleSupport() }
    let common = CommonPreflight(system: system, facts: facts)
    let build =
      facts.immutable == nil
      ? ["toa build --out DIR", "then load DIR/toa.ko by hand: insmod DIR/toa.ko"]
      : ["toa build --kernel \(facts.target) --out DIR, and put toa.ko into the image", EBPFPreflight.untilReboot]
    try common.checkPlace(instead: build)
    try checkKernel()
    if facts.isRunning { try system.refuseOtherTOA() }
    // With a repository it depends on what that has.
    if request.from == nil { try await SignaturePreflight(system: system, facts: facts, request: request).check() }
    if !request.otherTree { try common.checkDisk(["/var/lib", "/lib/modules/\(facts.target)"]) }
  }

  /// The same for the module that the kernel ships: it is signed with the kernel, and nothing is built.
  func checkInTree() throws(ToaError) {
    if facts.isRunning { try system.requireModuleSupport() }
    let common = CommonPreflight(system: system, facts: facts)
    try common.checkPlace(instead: ["modprobe toa"])
    let others = OtherTOA.detect(in: system.files).traces.filter { trace in
      trace.name != ModuleBackend.moduleName && trace.name != "built in"
    }
    if facts.isRunning, let other = others.first { throw ToaError.foreignModule(other.name) }
    if facts.isRunning, !request.otherTree, let live = LiveModule(system), live.isOurs {
      throw ToaError(
        .conflict, "this project's toa.ko is loaded", why: "the kernel's own has the same name",
        next: ["toa uninstall", "then run the same command again"])
    }
    if !request.otherTree { try common.checkDisk(["/var/lib"]) }
  }

  func checkKernel() throws(ToaError) {
    guard facts.kernels.kernel(facts.target.text)?.hasModules ?? false else {
      let known = facts.kernels.kernels.map(\.release.text).joined(separator: ", ")
      throw ToaError(
        .headersMissing, "kernel \(facts.target) is not installed",
        why: "there is no /lib/modules/\(facts.target); installed: \(known.isEmpty ? "none" : known)",
        next: ["name an installed one: toa install --kernel RELEASE"])
    }
    if let entry = facts.inTree, entry.isBuiltIn || request.useInTree != false {
      throw ToaError.inTree(entry, facts, request)
    }
  }
}
