// SPDX-License-Identifier: Apache-2.0

/// One question that a build asks the kernel's headers, with their answer.
struct BuildProbe: Sendable, Equatable {
  /// "SYN_RECV_SOCK_7".
  var name: String
  /// What the source says about it: "Since 4.4."; empty when it says nothing.
  var question: String
  /// Whether the headers have it.
  var answer: Bool

  /// Name of the macro that holds the answer.
  var macro: String { "TOA_HAVE_" + name }

  /// The answers of a written toa_probed.h, with what probes.c says above each question.
  static func read(header: String, source: String) -> [BuildProbe] {
    let questions = questions(source)
    return header.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, words[0] == "#define", words[1].hasPrefix("TOA_HAVE_"), let answer = Int(words[2]) else {
        return nil
      }
      let name = String(words[1].dropFirst("TOA_HAVE_".count))
      return BuildProbe(name: name, question: questions[name] ?? "", answer: answer != 0)
    }
  }

  /// The comment above each `#line 1 "probe:NAME"`, as one line.
  static func questions(_ source: String) -> [String: String] {
    var found: [String: String] = [:]
    var comment: [Substring] = []
    var isOpen = false
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      let start = line.hasPrefix("/*")
      if start || isOpen {
        if start { comment = [] }
        isOpen = !line.hasSuffix("*/")
        comment.append(line)
      } else if line.hasPrefix("#line 1 \"probe:"), line.hasSuffix("\"") {
        let words = comment.joined(separator: " ").split(separator: " ").filter { !["/*", "*", "*/"].contains($0) }
        found[String(line.dropFirst("#line 1 \"probe:".count).dropLast())] = words.joined(separator: " ")
        comment = []
      } else {
        comment = []
      }
    }
    return found
  }
}

/// How a built module can get into the kernel's functions: what it asks of the kernel tells it.
struct BuiltHooks: Sendable, Equatable {
  /// "ftrace" and "kretprobe", as the module's parameter `hook` has them; the first is tried first.
  var names: [String]

  init(module: [UInt8]) {
    names = [("ftrace", "register_ftrace_function"), ("kretprobe", "register_kretprobe")].compactMap { hook, symbol in
      module.firstRange(of: Array(symbol.utf8)) == nil ? nil : hook
    }
  }

  /// The same for people.
  var sentence: String {
    switch names {
    case ["ftrace", "kretprobe"]: "ftrace redirection, kretprobes where that is taken"
    case ["ftrace"]: "ftrace redirection only"
    case ["kretprobe"]: "kretprobes only"
    default: "none: this module will not load"
    }
  }
}
