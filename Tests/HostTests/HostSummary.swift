// SPDX-License-Identifier: Apache-2.0
import Host

extension HostFacts {
  /// Everything detected, a line for each matter, for comparison with a table.
  var summary: String {
    var lines = [
      "\(distribution.id) \(distribution.versionID ?? "-") \(distribution.family.rawValue) "
        + "\(distribution.packageManager?.rawValue ?? "-") (\(distribution.prettyName))",
      "kernel \(target) flavour \(target.flavour ?? "-")\(isRunning ? ", runs" : ""), newest "
        + "\(kernels.newest?.release.text ?? "-") of \(kernels.kernels.count)",
      "headers \(headers.state.summary)\(headers.hasSymbolVersions ? ", symvers" : "")"
        + (headers.missingTools.isEmpty || !headers.isUsable ? "" : ", without \(headers.missingTools)"),
      "compiler "
        + (compiler.map {
          "\($0.identity.kind.rawValue) \($0.identity.version) by \($0.chosen.source.rawValue), "
            + "\($0.statements.count) statements, \($0.disagreements.count) against"
        } ?? "unknown"),
      "choice \(choice.isUsable ? "ok" : choice.problem?.rawValue ?? "-"): \(choice.reason)",
      "owner \(owner?.text ?? "none")",
      "flavor \(flavor.verdict.rawValue)\(flavor.isDisputed ? ", disputed" : "") by "
        + flavor.votes.map { "\($0.sign.rawValue) \($0.flavor.rawValue)" }.joined(separator: ", "),
      "signature \(signing.reasonForSignature ?? "not required")\(signing.secureBoot == true ? ", Secure Boot" : "")",
      "get headers \(headersAdvice.summary)",
      "get compiler \(compilerAdvice?.summary ?? "-")",
    ]
    if let inTree { lines.append("in tree \(inTree.path)\(inTree.isBuiltIn ? " built in" : "")") }
    lines += otherTOA.traces.map { "other TOA \($0.name): \($0.evidence)" }
    lines += blacklist.entries.map { "blacklist \($0.place): \($0.text)\($0.blocksExplicitLoad ? " (blocks)" : "")" }
    lines += autoload.map { "autoload \($0.path):\($0.number): \($0.text)" }
    if let taint, !taint.flags.isEmpty { lines.append("taint \(taint.flags.map(\.letter).joined())") }
    if let container { lines.append("container \(container.engine) by \(container.evidence)") }
    if let sandbox { lines.append("sandbox \(sandbox.kind.rawValue)") }
    if let immutable { lines.append("immutable \(immutable.mechanism) by \(immutable.evidence)") }
    return lines.joined(separator: "\n")
  }
}

extension KernelHeaders.State {
  fileprivate var summary: String {
    switch self {
    case .present: "present"
    case .missing: "missing"
    case .danglingLink(let target): "dangling to \(target)"
    case .incomplete(let files): "incomplete without \(files.joined(separator: ", "))"
    case .otherRelease(let release): "of \(release)"
    }
  }
}

extension PackageAdvice {
  /// The commands, packages that follow and the note's presence.
  var summary: String {
    let typed = commands.map(\.typed).joined(separator: " && ")
    return (typed.isEmpty ? "-" : typed) + (following.isEmpty ? "" : " [then \(following.joined(separator: " "))]")
      + (note.map { " (\($0))" } ?? "")
  }
}
