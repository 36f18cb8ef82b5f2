// SPDX-License-Identifier: Apache-2.0
internal import Capture

extension Console {
  /// Prints what was found out as a sentence, who has to act, and what to type next.
  func conclude(_ verdict: String, _ owner: Owner?, isGood: Bool, next: [String]) {
    print()
    let text = verdict.prefix(1).uppercased() + verdict.dropFirst() + (owner.map { " (\($0.rawValue))" } ?? "")
    for line in wrapped("\(text).", indent: 0) { print(styled(line, isGood ? .good : .bad)) }
    for step in next { print("  -> \(step)") }
  }
}
