// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

/// What a build asked the kernel's headers, and what came of it.
struct BuildProbeTests {
  @Test func `an answer has the comment above its question`() {
    let source = """
      /* About the file. */
      #include <linux/module.h>

      #line 1 "probe:MUST_PASS"
      int x;

      /* Since 4.4. */
      #line 1 "probe:NEW"
      int new(void) { return 1; }

      /*
       * Since 3.19 on x86,
       * later elsewhere.
       */
      #line 1 "probe:LONG"
      int long(void);

      /* Of something else. */
      int other;
      #line 1 "probe:BARE"
      """
    let header = """
      /* SPDX-License-Identifier: GPL-2.0-only */
      #define TOA_HAVE_LONG 1
      #define TOA_HAVE_NEW 0
      #define TOA_HAVE_BARE 1
      #define ELSE 1
      """
    #expect(
      BuildProbe.read(header: header, source: source) == [
        BuildProbe(name: "LONG", question: "Since 3.19 on x86, later elsewhere.", answer: true),
        BuildProbe(name: "NEW", question: "Since 4.4.", answer: false),
        BuildProbe(name: "BARE", question: "", answer: true),
      ])
  }

  @Test func `every question of the carried source is explained`() {
    let questions = BuildProbe.questions(CarriedSources.probes).filter { !$0.key.hasPrefix("MUST_") }
    #expect(questions.count >= 10)
    for (name, question) in questions { #expect(!question.isEmpty && !question.contains("*"), "\(name): \(question)") }
  }

  @Test(arguments: [
    ("\0unregister_kretprobe\0unregister_ftrace_function\0", ["ftrace", "kretprobe"], "kretprobes where"),
    ("\0unregister_ftrace_function\0", ["ftrace"], "ftrace redirection only"),
    ("\0register_kretprobe\0register_ftrace\0", ["kretprobe"], "kretprobes only"), ("", [], "none"),
  ])
  func `the hooks are those that the module asks of the kernel`(module: String, names: [String], says: String) {
    let hooks = BuiltHooks(module: Array(module.utf8))
    #expect(hooks.names == names)
    #expect(hooks.sentence.contains(says))
  }
}
