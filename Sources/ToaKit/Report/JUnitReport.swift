// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Results in the form that CI systems read, JUnit's XML: one suite, a test case each.
struct JUnitReport {
  /// What a case came to.
  enum Result {
    case passed
    /// It ran and gave something wrong.
    case failed(String, detail: String)
    /// It could not be run to the end.
    case broke(String)
    case skipped(String)
  }

  struct Case {
    /// What JUnit calls the class: the group that the case belongs to.
    let group: String
    let name: String
    let microseconds: Int
    let result: Result
    /// What is to be told although the case passed.
    var output = ""
  }

  let suite: String
  let cases: [Case]

  /// The document.
  var xml: String {
    var (failures, errors, skipped) = (0, 0, 0)
    for one in cases {
      switch one.result {
      case .passed: break
      case .failed: failures += 1
      case .broke: errors += 1
      case .skipped: skipped += 1
      }
    }
    let totals =
      "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" "
      + "time=\"\(Self.seconds(cases.reduce(0) { $0 + $1.microseconds }))\""
    let lines =
      ["<testsuites \(totals)>", "  <testsuite name=\"\(Self.escaped(suite))\" \(totals)>"]
      + cases.map(Self.element) + ["  </testsuite>", "</testsuites>"]
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + lines.joined(separator: "\n") + "\n"
  }

  private static func element(_ one: Case) -> String {
    let head =
      "    <testcase classname=\"\(escaped(one.group))\" name=\"\(escaped(one.name))\" time=\"\(seconds(one.microseconds))\""
    var body =
      switch one.result {
      case .passed: ""
      case .failed(let message, let detail):
        "<failure message=\"\(escaped(message))\">\(escaped(detail))</failure>"
      case .broke(let message): "<error message=\"\(escaped(message))\"/>"
      case .skipped(let reason): "<skipped message=\"\(escaped(reason))\"/>"
      }
    if !one.output.isEmpty { body += "<system-out>\(escaped(one.output))</system-out>" }
    return body.isEmpty ? head + "/>" : head + ">\(body)</testcase>"
  }

  /// "0.001234".
  private static func seconds(_ microseconds: Int) -> String {
    let fraction = String(microseconds % 1_000_000)
    return "\(microseconds / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
  }

  /// Text as it may stand in content and in attributes. What XML 1.0 has no way to say becomes U+FFFD; line breaks stay.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\r", "\t": result += "&#\(scalar.value);"
      case _ where scalar.value < 0x20 || (0xfffe...0xffff).contains(scalar.value): result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

extension System {
  /// Writes a report for CI, beside its place and then renamed.
  func write(_ report: JUnitReport, to path: String) throws(ToaError) {
    do throws(FileError) {
      try files.write(absolutePath(path), Array(report.xml.utf8))
    } catch {
      throw ToaError(.refused, "the JUnit report cannot be written", why: "\(error)", next: ["mkdir -p its folder"])
    }
  }
}
