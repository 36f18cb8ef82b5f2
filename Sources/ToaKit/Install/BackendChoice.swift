// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// A plan, and why it is for this backend.
struct Draft: Sendable {
  var plan: Plan
  var backend: Backend.Kind
  /// "eBPF, because this kernel cannot load modules"; nil where nobody would ask.
  var reason: String?
  /// Whether eBPF may be tried when the module fails on the way.
  var mayFallBack = false
  /// What eBPF is to do; nil for the module.
  var settings: EBPFSettings?
  /// Kernels that were asked for and get no module.
  var uncovered: [UncoveredKernel] = []
  /// The kernel's own module, where that is used.
  var inTree: ModuleIndex.Entry?
  /// Why modules of a repository are not taken.
  var notes: [String] = []
  /// Why this compiler builds; nil where nothing is built.
  var compiler: String?

  /// Who built the module elsewhere, as a clause; nil where it is built here.
  var fetched: String? {
    for case .fetchModule(let fetch) in plan.steps where fetch.manifest.kernel == plan.kernel {
      return "its module was built elsewhere with \(fetch.manifest.compiler)"
    }
    return nil
  }
}

/// Chooses the backend of an installation and makes the plan for it.
struct BackendChoice: Sendable {
  let system: System
  let facts: HostFacts
  let request: InstallRequest
  let console: Console

  /// Errors of the module that speak of the host, so that eBPF may do where it does not: a compiler, headers, a signature or module
  /// support that is missing. Not those that stop both, nor another TOA, which the user has to decide on.
  private static let moduleObstacles: Set<ExitStatus> = [
    .buildFailed, .toolchainMismatch, .signatureRefused, .loadFailed, .headersMissing, .notApplicable,
  ]

  /// Whether eBPF is worth a try after an error of the module.
  static func mayFallBack(after error: ToaError) -> Bool { moduleObstacles.contains(error.status) }

  /// The plan for what was asked for.
  func draft() async throws(ToaError) -> Draft {
    try request.checkOptions()
    let installed = try await installedBackend()
    switch request.backend {
    case .module: return try await module(installed)
    case .ebpf: return try await ebpf(installed, because: nil)
    case .auto: break
    }
    if request.asksForModule { return try await module(installed) }
    if request.cgroup != nil || request.getsockopt != nil {
      let option = request.cgroup == nil ? "--getsockopt" : "--cgroup"
      return try await ebpf(installed, because: "eBPF, because \(option) asks for it")
    }
    switch installed {
    case .module?: return try await module(installed)
    case .ebpf?: return try await ebpf(installed, because: "eBPF, as installed before")
    case nil: break
    }
    let failure: ToaError
    do throws(ToaError) {
      var draft = try await module(nil)
      draft.mayFallBack = true
      return draft
    } catch {
      guard Self.mayFallBack(after: error) else { throw error }
      failure = error
    }
    return try await ebpf(insteadOf: failure)
  }

  /// The plan for eBPF after the module could not be had; where eBPF cannot either, the error of the module says so.
  func ebpf(insteadOf failure: ToaError) async throws(ToaError) -> Draft {
    do throws(ToaError) {
      return try await ebpf(nil, because: "eBPF, because \(failure.asReason)")
    } catch {
      throw failure.joined(withEBPF: error)
    }
  }

  private func module(_ installed: Backend.Kind?) async throws(ToaError) -> Draft {
    if request.useInTree == true {
      if installed == .ebpf { throw await alreadyInstalled(.ebpf, wanted: .module) }
      if mayCheck { try Preflight(system: system, facts: facts, request: request).checkInTree() }
      let plan = try await InTreePlanner(system: system, facts: facts, request: request).plan()
      return Draft(plan: plan, backend: .module, inTree: facts.inTree)
    }
    if installed == .ebpf { throw await alreadyInstalled(.ebpf, wanted: .module) }
    let live = facts.isRunning && !request.otherTree ? try Backend.live(system) : nil
    if let live, live.kind == .ebpf { throw ToaError.otherBackend(live, wanted: .module) }
    if mayCheck { try await Preflight(system: system, facts: facts, request: request).check() }
    let module = try await InstallPlanner(system, facts, request).plan()
    return Draft(
      plan: module.plan, backend: .module, uncovered: module.uncovered, notes: module.notes, compiler: module.compiler)
  }

  private func ebpf(_ installed: Backend.Kind?, because reason: String?) async throws(ToaError) -> Draft {
    if installed == .module { throw await alreadyInstalled(.module, wanted: .ebpf) }
    let planner = EBPFPlanner(system: system, facts: facts, request: request, console: console)
    let settings = try await planner.settings()
    if mayCheck { try EBPFPreflight(system: system, facts: facts).check(settings) }
    return Draft(
      plan: try await planner.plan(settings), backend: .ebpf, reason: reason, settings: settings)
  }

  private var mayCheck: Bool { request.mayCheck(system) }

  /// The backend that has a package here, or else the one that works.
  private func installedBackend() async throws(ToaError) -> Backend.Kind? {
    let database = PackageDatabase(system)
    let prefixes = [ModulePackage.prefix(database.format), CommonPackage.name, EBPFPackage.name]
    let packages = await database.installed(prefixes: prefixes)
    if packages.contains(EBPFPackage.name) { return .ebpf }
    if packages.contains(where: { !$0.hasPrefix(EBPFPackage.name) }) { return .module }
    guard mayCheck, !request.otherTree, let live = try Backend.live(system), live.isOurs else { return nil }
    return live.kind
  }

  private func alreadyInstalled(_ installed: Backend.Kind, wanted: Backend.Kind) async -> ToaError {
    let live = try? Backend.live(system)
    let isPackaged = await !PackageDatabase(system).installed(prefixes: ["toa-", "kmod-toa-"]).isEmpty
    if !isPackaged, let live { return ToaError.otherBackend(live, wanted: wanted) }
    return ToaError(
      .conflict, "\(installed.title) is installed",
      why: "with \(wanted.title) beside it, applications would be answered twice",
      next: ["toa uninstall", "then: \(request.typed(wanted))"])
  }
}

extension ToaError {
  /// What failed, as a clause that follows "because".
  var asReason: String {
    if what.hasPrefix("cannot ") { return "toa " + what }
    if what.hasPrefix("no headers ") { return "there are " + what }
    return what.hasPrefix("no ") ? "there is " + what : what
  }

  /// The same with why eBPF does not do instead. What eBPF's error advises comes first: the user wanted either.
  func joined(withEBPF other: ToaError) -> ToaError {
    let hints = next.filter { !$0.contains("--backend ebpf") }
    guard other.what != what else {
      return ToaError(status, what, why: why, next: other.next + hints.filter { !other.next.contains($0) })
    }
    let reason = "eBPF does not do instead: \(other.what)" + (other.why.isEmpty ? "" : ": \(other.why)")
    return ToaError(
      status, what, why: why.isEmpty ? reason : why + "\n" + reason,
      next: hints + other.next.filter { !$0.contains("--backend module") && !hints.contains($0) })
  }
}
