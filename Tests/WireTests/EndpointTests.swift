// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct EndpointTests {
  @Test(arguments: ["192.0.2.77:34567", "0.0.0.0:0", "[2001:db8::1]:443", "[::ffff:192.0.2.77]:65535", "[::]:1"])
  func `an endpoint reads and prints the same`(text: String) {
    #expect(Endpoint(text)?.description == text)
  }

  @Test(arguments: [
    "", ":", ":80", "192.0.2.77", "192.0.2.77:", "192.0.2.77:65536", "192.0.2.77:080", "192.0.2.77:-1",
    "2001:db8::1:80", "[2001:db8::1]", "[2001:db8::1]80", "[192.0.2.77]:80", "[2001:db8::1:80", "[:80", "]:80", "[]:80",
    "[[::1]]:80",
  ])
  func `anything else is none`(text: String) {
    #expect(Endpoint(text) == nil)
  }
}
