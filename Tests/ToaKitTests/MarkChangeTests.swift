// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

/// What rules of nft and iptables make of a packet's mark.
@Suite struct MarkChangeTests {
  @Test(arguments: [
    "-A P -j ACCEPT", "-A P -j CONNMARK --save-mark", "ct mark set meta mark", "meta mark 0x1 accept",
    "-A P -m mark --mark 0x1 -j DROP",
  ]) func `rules that leave the mark alone are known`(_ rule: String) {
    #expect(MarkChange(rule) == nil)
  }
}
