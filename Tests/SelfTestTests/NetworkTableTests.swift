// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SelfTest

@Suite struct NetworkTableTests {
  private static let netstat = """
    TcpExt: SyncookiesSent IPReversePathFilter TWRecycled
    TcpExt: 1 42 3
    IpExt: InNoRoutes InTruncatedPkts
    IpExt: 7 0
    """

  @Test func `a counter is found by its name, in its own group`() {
    #expect(NetworkTable.value(of: "IPReversePathFilter", in: Self.netstat) == 42)
    #expect(NetworkTable.value(of: "InNoRoutes", in: Self.netstat) == 7)
    #expect(NetworkTable.value(of: "Unknown", in: Self.netstat) == nil)
    #expect(NetworkTable.value(of: "InNoRoutes", in: "") == nil)
    #expect(NetworkTable.value(of: "InNoRoutes", in: "IpExt: InNoRoutes\nIpExt: 1 2\n") == nil)
  }

  @Test func `a half open connection is one in SYN_RECV of that port`() {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 020212C6:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
         1: 020212C6:1F90 020112C6:9C40 03 00000000:00000000 01:00000063 00000000     0        0 0
         2: 020212C6:0050 020112C6:9C41 01 00000000:00000000 01:00000063 00000000     0        0 0
      """
    #expect(NetworkTable.hasHalfOpen(port: 8080, in: table))
    #expect(!NetworkTable.hasHalfOpen(port: 80, in: table))
    #expect(!NetworkTable.hasHalfOpen(port: 8080, in: ""))
    let v6 = "   1: 616F74FD020000000000000002000000:01BB 616F74FD010000000000000002000000:8001 03 00000000:00000000\n"
    #expect(NetworkTable.hasHalfOpen(port: 443, in: v6))
  }
}
