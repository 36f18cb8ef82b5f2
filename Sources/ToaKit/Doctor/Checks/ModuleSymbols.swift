// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod

extension Check {
  static let symbolChecksums = Check(
    "MOD05", .module, "checksums of symbols", about: .module,
    explanation: """
      With CONFIG_MODVERSIONS every symbol that a kernel exports has a checksum over its type. A module carries those of the kernel it
      was built for, and the kernel compares: "disagrees about version of symbol". One release can have two sets of them, when the
      kernel was built again with another configuration or with a patch, and its headers were not renewed.

      Bring the headers of this very build, and build again:
          modprobe --dump-modversions $(modinfo -n toa)
          toa install
      """
  ) { context in
    let symbols: SymbolComparison
    switch await context.comparedSymbols {
    case .failure(let unmet): return unmet.outcome
    case .success(let compared): symbols = compared
    }
    guard context.facts.config?.isEnabled("MODVERSIONS") != false else { return Outcome(.ok, "this kernel has none") }
    guard !symbols.other.isEmpty else { return Outcome(.ok, "\(symbols.count) are those of the kernel's headers") }
    return Outcome(
      context.isLoaded ? .warning : .error,
      "\(symbols.other.count) of \(symbols.count) symbols have another checksum than the kernel's headers say",
      expected: "the checksums of \(symbols.place)",
      evidence: symbols.other.prefix(5).map { "another checksum: \($0)" },
      fix: ["toa install"] + context.headersAgain)
  }

  static let symbolsExported = Check(
    "MOD06", .module, "symbols it needs", about: .module,
    explanation: """
      A module names the kernel's functions that it calls; the kernel looks each of them up when it loads the module: "Unknown symbol".
      The names that a kernel exports, and those of its modules, are in Module.symvers of its headers. A module of another kernel, or
      of another TOA, can need one that is not there.

      Build the module of this toa, which calls only what is exported on every kernel that docs/kernels.md names:
          toa install
      """
  ) { context in
    let symbols: SymbolComparison
    switch await context.comparedSymbols {
    case .failure(let unmet): return unmet.outcome
    case .success(let compared): symbols = compared
    }
    guard !symbols.missing.isEmpty else { return Outcome(.ok, "all \(symbols.count) are exported") }
    return Outcome(
      context.isLoaded ? .warning : .error,
      "the kernel does not export \(symbols.missing.prefix(3).map { $0 }.spoken)"
        + (symbols.missing.count > 3 ? " and \(symbols.missing.count - 3) more" : ""),
      expected: "names in \(symbols.place)", evidence: symbols.missing.prefix(8).map { "not exported: \($0)" },
      fix: ["toa install"])
  }
}

/// What a module needs against what the kernel's headers say that it exports.
struct SymbolComparison {
  /// Module.symvers of the headers.
  let place: String
  /// Number of symbols that the module needs.
  let count: Int
  /// Those that are not exported.
  let missing: [String]
  /// Those that are, with another checksum.
  let other: [String]
}

extension SymbolComparison {
  private static func skipped(_ text: String) -> Result<SymbolComparison, DoctorContext.Unmet> {
    .failure(DoctorContext.Unmet(outcome: Outcome(.skipped, text)))
  }

  /// Reads what the module's file needs and what the headers say.
  static func read(
    _ file: ModuleFile?, _ facts: HostFacts, _ system: System
  ) -> Result<SymbolComparison, DoctorContext.Unmet> {
    guard let file else { return skipped("no file") }
    let place = "\(facts.target.buildLink)/Module.symvers"
    guard facts.headers.isUsable, system.files.isFile(place) else {
      return skipped("needs the kernel's headers with Module.symvers (HDR04)")
    }
    let needed: [ModuleSymbol]
    do throws(KmodError) {
      needed = try system.modules.symbols(file.path).filter { !$0.isWeak }
    } catch {
      return skipped("\(file.path) cannot be read: \(error)")
    }
    var exported: [String: UInt64] = [:]
    let wanted = Set(needed.map(\.name))
    try? system.files.forEachLine(place) { line in
      // "0x3fa1b2c4<tab>printk<tab>vmlinux<tab>EXPORT_SYMBOL"
      let words = line.split(separator: 9, maxSplits: 2)
      guard words.count >= 2 else { return }
      let name = String(decoding: words[1], as: UTF8.self)
      if wanted.contains(name) {
        exported[name] = UInt64(String(decoding: words[0].dropFirst(2), as: UTF8.self), radix: 16)
      }
    }
    return .success(
      SymbolComparison(
        place: place, count: needed.count, missing: needed.map(\.name).filter { exported[$0] == nil },
        other: needed.filter { symbol in
          exported[symbol.name].map { symbol.checksum != 0 && $0 != 0 && $0 != symbol.checksum } ?? false
        }.map(\.name)))
  }
}

extension DoctorContext {
  /// The comparison, or why there is nothing to compare.
  var comparedSymbols: Result<SymbolComparison, Unmet> {
    get async {
      if let skip = unmet(.moduleSupport, .moduleFile) { return .failure(Unmet(outcome: skip)) }
      guard file?.kernel == kernel else {
        return .failure(Unmet(outcome: Outcome(.skipped, "it is built for another kernel (MOD04)")))
      }
      if isLoaded, let live = live?.sourceVersion, live == file?.sourceVersion {
        return .failure(Unmet(outcome: Outcome(.ok, "the kernel has loaded it")))
      }
      return await symbols.value
    }
  }
}
