// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

struct AddressMaskTests {
  @Test(
    arguments: [
      ("from 203.0.113.7 to 10.1.2.3:80.", "from public-v4-1 to private-v4-1:80."),
      ("203.0.113.7:5555 203.0.113.7 198.51.100.1", "public-v4-1:5555 public-v4-1 public-v4-2"),
      ("[2001:db8::7]:5555 and fe80::1%eth0", "[public-v6-1]:5555 and private-v6-1%eth0"),
      ("2001:DB8:0::7 is 2001:db8::7", "public-v6-1 is public-v6-1"),
      ("::ffff:203.0.113.7", "public-v6-1"), ("via 2001:db8::.", "via public-v6-1."),
      ("lo 127.0.0.1 ::1 0.0.0.0 ::", "lo 127.0.0.1 ::1 0.0.0.0 ::"),
      ("trusted 10.0.0.0/8,fc00::/7,203.0.113.0/24", "trusted 10.0.0.0/8,fc00::/7,public-v4-1/24"),
      ("link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff", "link/ether mac-1 brd mac-2"),
      ("kernel 5.4.241.1-1-tlinux4 gcc 12.2.0", "kernel 5.4.241.1-1-tlinux4 gcc 12.2.0"),
      ("at 12:34:56, option 254/8", "at 12:34:56, option 254/8"),
      ("{\"client\":\"203.0.113.7:5555\"}", "{\"client\":\"public-v4-1:5555\"}"),
      ("web-7 web-7.example.org web-71 my-web-7", "host host web-71 my-web-7"), ("", ""), ("...:::", "...:::"),
    ])
  func `addresses get names`(text: String, masked: String) {
    var mask = AddressMask(host: "web-7.example.org")
    #expect(mask.masked(text) == masked)
  }

  @Test func `the same address has the same name in every text`() {
    var mask = AddressMask(host: "h")
    #expect(mask.masked("192.0.2.1") == "public-v4-1")
    #expect(mask.masked("192.0.2.2, 192.0.2.1, h") == "public-v4-2, public-v4-1, h")
  }
}
