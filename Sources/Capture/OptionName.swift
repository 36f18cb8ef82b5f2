// SPDX-License-Identifier: Apache-2.0
public import Wire

extension TCPOption {
  /// What the option is, as people call it (IANA, "TCP Option Kind Numbers"): "timestamps", "MSS 1460", "kind 254".
  public var name: String {
    switch (kind, data.count) {
    case (2, 2): "MSS \(data.bigEndian16(at: 0))"
    case (3, 1): "window scale"
    case (4, 0): "SACK permitted"
    case (5, _): "SACK"
    case (8, 8): "timestamps"
    case (19, 16): "MD5"
    case (29, _): "TCP-AO"
    case (30, _): "MPTCP"
    case (34, _): "Fast Open"
    default: "kind \(kind)"
    }
  }
}

extension CapturedSegment {
  /// The options as values.
  public var options: TCPOptions { TCPOptions(parsing: optionBytes) }

  /// What fills the option area: "timestamps 10, kind 77 28, padding 2" (bytes).
  public var optionUse: String {
    let list = options.options
    let padding = optionLength - list.reduce(0) { $0 + $1.bytes.count }
    let words = list.map { "\($0.name) \($0.bytes.count)" } + (padding > 0 ? ["padding \(padding)"] : [])
    return words.isEmpty ? "nothing" : words.joined(separator: ", ")
  }

  /// The maximum segment size that it offers; nil when it offers none.
  public var maximumSegmentSize: Int? {
    options.options.first { $0.kind == 2 && $0.data.count == 2 }.map { Int($0.data.bigEndian16(at: 0)) }
  }

  /// The longest run of no-operation bytes among the options.
  var longestPadding: Int {
    var longest = 0
    var run = 0
    var offset = 0
    while offset < optionBytes.count {
      if optionBytes[offset] == 1 {
        run += 1
        offset += 1
      } else {
        run = 0
        guard optionBytes[offset] != 0, offset + 1 < optionBytes.count, optionBytes[offset + 1] >= 2 else { break }
        offset += Int(optionBytes[offset + 1])
      }
      longest = max(longest, run)
    }
    return longest
  }
}
