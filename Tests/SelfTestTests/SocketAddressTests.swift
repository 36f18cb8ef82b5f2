// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import SelfTest

@Suite struct SocketAddressTests {
  @Test(arguments: ["192.0.2.77:34567", "[2001:db8::1]:443", "[::ffff:192.0.2.77]:34567", "0.0.0.0:0"])
  func `an endpoint survives the way through struct sockaddr`(text: String) throws {
    let endpoint = try #require(Endpoint(text))
    let address = SocketAddress(endpoint)
    #expect(address.bytes.count == (endpoint.address.family == 2 ? 16 : 28))
    #expect(address.endpoint == endpoint)
  }

  @Test func `another family or a short answer is no endpoint`() throws {
    var address = SocketAddress(try #require(Endpoint("[2001:db8::1]:443")))
    address.bytes.removeLast()
    #expect(address.endpoint == nil)
    address.bytes = [1, 0]
    #expect(address.endpoint == nil)
    address.bytes = [1, 0] + [UInt8](repeating: 0, count: 108)
    #expect(address.endpoint == nil)
  }
}
