// SPDX-License-Identifier: Apache-2.0
import Packaging
import Testing

struct TemplateTests {
  @Test func `each placeholder is replaced, and other at signs stay`() throws {
    let template = Template(name: "t", text: "a @ONE@ \"$@\" root@localhost @one@ @1@ @@ @ONE@@TWO_2@ @")
    #expect(
      try template.filled(["ONE": "1", "TWO_2": "@ONE@"]) == "a 1 \"$@\" root@localhost @one@ @1@ @@ 1@ONE@ @")
  }

  @Test func `a placeholder without a value is an error`() {
    #expect(throws: PackagingError.unfilled(placeholder: "ONE", template: "t")) {
      try Template(name: "t", text: "@ONE@").filled([:])
    }
  }

  @Test func `a value without a placeholder is an error`() {
    #expect(throws: PackagingError.unused(placeholder: "TWO", template: "t")) {
      try Template(name: "t", text: "@ONE@").filled(["ONE": "", "TWO": ""])
    }
  }

  @Test func `a template that is not carried is an error`() {
    #expect(throws: PackagingError.missingTemplate("deb/absent")) { try Template(carried: "deb/absent") }
  }
}
