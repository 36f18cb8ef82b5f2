// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct TextFuzzTests {
  @Test func `address-like texts never trap, and what is read prints to something that reads the same`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<5000 {
      let text = generator.addressLikeText(upTo: 50)
      if let address = IPAddress(text) { #expect(IPAddress(address.description) == address) }
      if let endpoint = Endpoint(text) { #expect(Endpoint(endpoint.description) == endpoint) }
      if let prefix = try? IPPrefix(parsing: text) { #expect((try? IPPrefix(parsing: prefix.description)) == prefix) }
      if let list = try? TrustList(parsing: text) { #expect((try? TrustList(parsing: list.description)) == list) }
    }
  }

  @Test func `arbitrary bytes as text never trap`() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<5000 {
      let text = String(decoding: generator.bytes(Int.random(in: 0...40, using: &generator)), as: UTF8.self)
      #expect(IPAddress(text) == nil)
      _ = Endpoint(text)
      _ = try? TrustList(parsing: text)
    }
  }
}
