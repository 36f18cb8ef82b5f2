// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let symbolVersions = Check(
    "HDR04", .headers, "symbol versions", about: .module,
    explanation: """
      With CONFIG_MODVERSIONS every function that a kernel exports carries a checksum of its parameters' types, and a module carries
      the checksums that it was built with. They come from the file Module.symvers of the headers. Without it the module compiles,
      with warnings only, and the kernel then refuses it: "no symbol version for ..." or "disagrees about version of symbol".

      The file is part of the headers' package; install it again. In a kernel tree of one's own `make modules` writes it, while
      `make modules_prepare` does not.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable, .headers) { return skip }
    let path = "\(context.facts.target.buildLink)/Module.symvers"
    if context.facts.headers.hasSymbolVersions { return Outcome(.ok, "Module.symvers is there", evidence: [path]) }
    guard context.facts.config?.isEnabled("MODVERSIONS") ?? true else {
      return Outcome(.ok, "not used by this kernel", evidence: ["CONFIG_MODVERSIONS is not set"])
    }
    return Outcome(
      context.buildSeverity, "Module.symvers is missing or empty", expected: "the file that came with the headers",
      evidence: [path], fix: context.headersAgain)
  }
}
