// SPDX-License-Identifier: Apache-2.0
import Host
import Testing
import Wire

@testable import ToaKit

@Suite struct TCPSocketTests {
  @Test func `lines of the kernel's tables are read with both ends`() throws {
    let line = "   1: 0100007F:0277 0900000A:9C40 01 00000000:00000000 00:00000000 00000000     0        0 300 1 x"
    let socket = try #require(TCPSocket(line: Array(line.utf8)[...]))
    #expect("\(socket.local) \(socket.peer) \(socket.number)" == "127.0.0.1:631 10.0.0.9:40000 300")
    #expect(socket.isEstablished && !socket.isListening && !socket.isReachable && !socket.isV6)
    let v6 =
      "  0: B80D0120000000000000000007000000:01BB 0000000000000000FFFF00000900000A:9C40 0A 0:0 0:0 0 0 0 7 1"
    let other = try #require(TCPSocket(line: Array(v6.utf8)[...]))
    #expect("\(other.local) \(other.peer.unmapped)" == "[2001:db8::7]:443 10.0.0.9:40000")
    #expect(other.isListening && other.isReachable && other.isV6)
  }

  @Test(arguments: [
    "", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "0: 0100007F 0100007F:0016 01 0 0 0 0 0 1", "0: 0100007F:FFFFF 0100007F:0016 01 0 0 0 0 0 1",
    "0: 010000:0016 0100007F:0016 01 0 0 0 0 0 1", "0: 0100007F:0016 0100007F:0016 0G 0 0 0 0 0 1",
    "0: 0100007F:0016 0100007F:0016 01 0 0 0 0",
  ]) func `other lines are none`(_ line: String) { #expect(TCPSocket(line: Array(line.utf8)[...]) == nil) }

  @Test func `counters are read by group and name, whatever else the files hold`() throws {
    let tree = try TestTree([
      "/proc/net/netstat": "TcpExt: A B\nTcpExt: 1 18446744073709551615\nIpExt: A\nIpExt: 7\nOdd: A B\nOdd: 1\n",
      "/proc/net/snmp": "Tcp: RtoAlgorithm MaxConn\nTcp: 1 -1\n",
    ])
    let counters = try #require(ProtocolCounters(tree.root))
    #expect(counters["TcpExt", "A"] == 1 && counters["TcpExt", "B"] == .max && counters["IpExt", "A"] == 7)
    #expect(counters["Tcp", "MaxConn"] == nil && counters["Odd", "A"] == nil && counters["None", "A"] == nil)
    #expect(ProtocolCounters(try TestTree([:]).root) == nil)
  }
}
