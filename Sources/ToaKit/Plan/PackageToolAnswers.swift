// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What dnf, yum and tdnf print of a transaction: a table with headings such as "Installing dependencies:".
enum DnfAnswer {
  /// Packages to be added, as NAME-VERSION-RELEASE.ARCH; nil when something that was asked for cannot be had.
  static func added(_ result: CommandResult) -> [String]? {
    let lines = (result.output + "\n" + result.errorOutput).split(separator: "\n", omittingEmptySubsequences: false)
    // yum goes on with the rest when one of several packages is not known.
    let refusals = ["No package ", "No match for argument", "Error: Unable to find a match", "Error(1011)", "Problem"]
    if lines.contains(where: { line in refusals.contains { line.drop(while: \.isWhitespace).hasPrefix($0) } }) {
      return nil
    }
    var entries: [[Substring]] = []
    var isAdding = false
    var hasTable = false
    for line in lines {
      let words = line.split(whereSeparator: \.isWhitespace)
      if line.hasPrefix("Transaction Summary") || words.isEmpty || line.hasPrefix("===") {
        isAdding = false
      } else if line.first != " ", line.last == ":" {
        isAdding = line.hasPrefix("Installing")
        hasTable = true
      } else if isAdding, line.prefix(while: { $0 == " " }).count <= 1 {
        entries.append(words)
      } else if isAdding, !entries.isEmpty {
        // A long name stands alone, and its other columns on the next line.
        entries[entries.count - 1] += words
      }
    }
    guard hasTable else { return saysNothingToDo(lines) ? [] : nil }
    return entries.filter { $0.count >= 3 }.map { "\($0[0])-\(withoutEpoch($0[2])).\($0[1])" }
  }

  private static func saysNothingToDo(_ lines: [Substring]) -> Bool {
    lines.contains { $0.hasPrefix("Nothing to do") || $0.hasPrefix("Nothing to be done") }
  }

  /// rpm takes NAME-VERSION-RELEASE.ARCH for an installed package in every version; with an epoch only lately.
  static func withoutEpoch(_ version: Substring) -> Substring {
    version.firstIndex(of: ":").map { version[version.index(after: $0)...] } ?? version
  }
}

/// What `zypper --xmlout` prints of a transaction.
enum ZypperAnswer {
  /// Packages to be added, as NAME-VERSION-RELEASE.ARCH.
  static func added(_ output: String) -> [String] {
    guard let start = output.firstRange(of: "<to-install"), let end = output.firstRange(of: "</to-install>") else {
      return []
    }
    return output[start.upperBound..<end.lowerBound].split(separator: "<").compactMap { element in
      guard element.hasPrefix("solvable "), attribute("type", of: element) == "package",
        let name = attribute("name", of: element), let edition = attribute("edition", of: element),
        let architecture = attribute("arch", of: element)
      else { return nil }
      return "\(name)-\(DnfAnswer.withoutEpoch(edition)).\(architecture)"
    }
  }

  private static func attribute(_ name: String, of element: Substring) -> Substring? {
    guard let start = element.firstRange(of: " \(name)=\"") else { return nil }
    let value = element[start.upperBound...]
    return value.firstIndex(of: "\"").map { value[..<$0] }
  }
}

extension PackageTool {
  /// Whether the output of a package tool or of its database says that another one is at work.
  static func saysLocked(_ lines: [String]) -> Bool {
    let marks = [
      // apt and dpkg: "E: Could not get lock /var/lib/dpkg/lock-frontend", "dpkg frontend lock was locked by another process".
      "Could not get lock", "lock was locked by another process",
      // rpm: "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)".
      "can't create transaction lock", "cannot get exclusive lock", "can't get exclusive lock",
      // yum, dnf and zypper.
      "Existing lock /var/run/yum.pid", "Existing lock /run/yum.pid", "is holding the yum lock",
      "Waiting for process with pid", "Failed to obtain", "System management is locked by",
    ]
    return lines.contains { line in marks.contains { line.contains($0) } }
  }

  /// The lines of output that say what went wrong.
  static func complaints(in lines: [String], of format: PackageFormat) -> [String] {
    lines.compactMap { (line) -> String? in
      let error = "<message type=\"error\">"
      guard format == .rpm, line.hasPrefix(error) else { return isComplaint(line, of: format) ? line : nil }
      let text = String(line.dropFirst(error.count))
      return String(text.prefix { $0 != "<" }).replacing("&apos;", with: "'")
    }
  }

  private static func isComplaint(_ line: String, of format: PackageFormat) -> Bool {
    let marks =
      switch format {
      case .deb: ["E: ", "dpkg: error"]
      // The tab begins what follows rpm's "error: Failed dependencies:".
      case .rpm:
        [
          "error: ", "Error: ", "Error(", "No package ", "No match for argument", "No provider of ", "Problem: ",
          "Package '", "\t",
        ]
      }
    return marks.contains { line.hasPrefix($0) }
  }
}
