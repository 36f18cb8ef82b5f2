// SPDX-License-Identifier: Apache-2.0
import ModuleParser
import Testing
import Wire

/// The module's parser and this one are two: here they answer the same questions.
@Suite struct ModuleAgreementTests {
  private static func answer(_ ask: (UnsafeMutablePointer<CChar>?, Int) -> Void) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    buffer.withUnsafeMutableBufferPointer { ask($0.baseAddress, $0.count) }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func said(_ profile: Profile) -> String {
    let options = profile.options.formats.map { format in
      "\(format):\(format.layout?.description ?? "none")" + (format.layout?.version.map { "=\($0)" } ?? "")
    }
    return (options + profile.expansion.dropFirst(options.count)).map { $0 + " " }.joined()
  }

  private static func said(_ search: OptionSearch) -> String {
    guard case .client(let client, let format) = search else { return search.isMalformed ? "malformed" : "none" }
    let address = client.address.bytes
    let mapped = address.count == 4 ? [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + address : address
    let digits = mapped.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "client \(digits) \(client.port) \(format)"
  }

  private static let parts =
    VendorProfile.all.map(\.name) + OptionFormat.known.map(\.description) + [
      "deferred", "late", "syn", "last", "4096", "1345", "77/8", "77/", "254/8:", ":ip4@", ":ip6@", "+port@", "2", "4",
      "04",
      "24", "0", ":none", "-", "/", ",", ",", ",", " ", "\n", "@", ":", "9", "40", "255/40:none", "x",
    ]

  private static func text(_ generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...8, using: &generator)).compactMap { _ in parts.randomElement(using: &generator) }.joined()
  }

  @Test func `both read a profile alike, or refuse it`() {
    var generator = SeededGenerator(seed: 21)
    var refused = 0
    for _ in 0..<50_000 {
      let text = Self.text(&generator)
      let ours = (try? Profile(parsing: text)).map(Self.said) ?? "refused"
      if ours == "refused" { refused += 1 }
      #expect(Self.answer { module_profile(text, $0, $1) } == ours, "\(text)")
    }
    #expect((10_000...49_000).contains(refused))
  }

  @Test func `both refuse the seventeenth option`() throws {
    let sixteen = (101...116).map { "\($0)/8:ip4@4" }.joined(separator: ",")
    let tails = [("", false), (",-101/8,117/8:none", false), (",101/8:ip4@4", false), (",117/8:none", true)]
    for (tail, isRefused) in tails {
      let ours = (try? Profile(parsing: sixteen + tail)).map(Self.said) ?? "refused"
      #expect(Self.answer { module_profile(sixteen + tail, $0, $1) } == ours)
      #expect((ours == "refused") == isRefused)
    }
  }

  @Test func `both find the same client in the same options`() {
    var generator = SeededGenerator(seed: 22)
    var verdicts: [Substring: Int] = [:]
    let profiles = ["default", "alibaba-cdn,last", "default,last", "lvs,202/8", "252/20,254/16,249/40,250/8,254/8"]
      .compactMap { try? Profile(parsing: $0) }
    #expect(profiles.count == 5)
    for _ in 0..<50_000 {
      guard let profile = profiles.randomElement(using: &generator) else { continue }
      let bytes = Self.options(of: profile, &generator)
      let isSYN = Bool.random(using: &generator)
      let ours = Self.said(profile.options.search(bytes, isSYN: isSYN))
      let theirs = Self.answer { module_search(profile.description, isSYN, bytes, UInt32(bytes.count), $0, $1) }
      #expect(theirs == ours, "\(profile), SYN \(isSYN): \(bytes)")
      verdicts[ours.prefix { $0 != " " }, default: 0] += 1
    }
    #expect(verdicts.count == 3 && verdicts.values.allSatisfy { $0 > 2000 }, "\(verdicts)")
  }

  /// Up to 40 bytes: good options, bad addresses, other lengths, padding, other kinds.
  private static func options(of profile: Profile, _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < 40, Int.random(in: 0..<5, using: &generator) > 0 {
      guard let format = profile.options.formats.randomElement(using: &generator) else { break }
      var body = generator.bytes(Int(format.length) - 2)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: body = body.map { _ in 0 }
      case 1: body[0] = 1
      case 2: body.replaceSubrange(..<2, with: [0xf9, 0x89])
      case 3: body.replaceSubrange(2..<4, with: [0xff, 0xff])
      default: break
      }
      switch Int.random(in: 0..<12, using: &generator) {
      case 0: bytes.append(1)
      case 1: bytes += [0]
      case 2: bytes += [UInt8.random(in: 2...255, using: &generator), 4, 1, 2]
      case 3: bytes += [format.kind, UInt8.random(in: 0...41, using: &generator)] + body
      case 4: bytes += generator.bytes(3)
      default: bytes += [format.kind, format.length] + body
      }
    }
    return Array(bytes.prefix(Int.random(in: 0..<4, using: &generator) == 0 ? 33 : 40))
  }
}
