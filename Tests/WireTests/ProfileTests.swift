// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct ProfileTests {
  private static func words(_ text: String) throws -> String {
    try Profile(parsing: text).expansion.joined(separator: " ")
  }

  @Test(arguments: [
    ("default", "254/8 254/20 253/20 200/8 4096 1345"),
    ("lvs", "254/8 253/20 200/8 syn"),
    ("dpvs", "254/8 254/20 4096"),
    ("tencent-clb", "200/8 253/20 4096"),
    ("tencent-gaap", "200/8"),
    ("ksyun", "254/8 253/20 254/20 1345"),
    ("huawei-elb", "254/8 254/20 253/20 4096"),
    ("ucloud", "200/8 254/8 253/8"),
    ("alibaba-cdn", "28/7 28/19 254/8 254/20 syn"),
  ])
  func `a vendor's profile stands for its words`(name: String, words: String) throws {
    #expect(try Self.words(name) == words)
    #expect(try Self.words(words) == words)
  }

  @Test func `the profiles are those that have a name, and no other`() {
    #expect(
      VendorProfile.all.map(\.name) == [
        "default", "lvs", "dpvs", "tencent-clb", "tencent-gaap", "ksyun", "huawei-elb", "ucloud", "alibaba-cdn",
      ])
    #expect(VendorProfile.all.allSatisfy { !$0.vendor.isEmpty })
  }

  @Test func `the standard profile is the one that the text default gives`() throws {
    #expect(Profile.standard == (try Profile(parsing: "default")))
    #expect(Profile.standard.options.choice == .first)
    #expect(OptionTable.standard.formats.map(\.description) == ["254/8", "254/20", "253/20", "200/8"])
  }

  @Test(arguments: [
    ("254/8,4096", "254/8 4096"),
    (" 254/8\t\n4096,,deferred ", "254/8 4096 deferred"),
    ("default,late", "254/8 254/20 253/20 200/8 4096 1345 late"),
    ("default -1345 -200/8", "254/8 254/20 253/20 4096"),
    ("lvs,-syn", "254/8 253/20 200/8"),
    ("lvs,-4096,-late,-77/9", "254/8 253/20 200/8 syn"),
    ("254/8,254/8,254/8:ip4@4+port@2", "254/8"),
    ("254/8,-254/8,254/8:ip4@2", "254/8:ip4@2"),
    ("last syn late deferred 254/8", "254/8 deferred late syn last"),
    ("1345 4096 254/8", "254/8 4096 1345"),
    ("77/8:ip4@4+port@2", "77/8:ip4@4+port@2"),
    ("77/40:ip6@24,77/6:none", "77/40:ip6@24 77/6:none"),
    ("2/6:ip4@2,255/40:ip4@36", "2/6:ip4@2 255/40:ip4@36"),
    ("200/8,201/6,202/8,250/8:none", "200/8 201/6 202/8 250/8"),
    ("28/7,28/19", "28/7 28/19"),
    ("28/7:ip4@3", "28/7:ip4@3"),
    ("0254/008,077/8:ip4@04", "254/8 77/8:ip4@4"),
    ("77/8:ip4@2+port@6", "77/8:ip4@2+port@6"),
    ("dpvs,ksyun", "254/8 254/20 253/20 4096 1345"),
  ])
  func `words are applied from left to right`(text: String, expansion: String) throws {
    #expect(try Self.words(text) == expansion)
  }

  @Test(arguments: [
    ("", ProfileError.noClient),
    (" ,\n", .noClient),
    ("4096,late", .noClient),
    ("200/8,-200/8", .noClient),
    ("250/8,77/6:none", .noClient),
    ("Default", .unknownWord("Default")),
    ("tencent", .unknownWord("tencent")),
    ("254", .unknownWord("254")),
    ("1346", .unknownWord("1346")),
    ("04096", .unknownWord("04096")),
    ("+late", .unknownWord("+late")),
    ("254/8;4096", .badOption("254/8;4096")),
    ("254/9", .unknownOption("254/9")),
    ("77/8", .unknownOption("77/8")),
    ("256/8:none", .badOption("256/8:none")),
    ("1/8:none", .badOption("1/8:none")),
    ("254/41:none", .badOption("254/41:none")),
    ("254/1:none", .badOption("254/1:none")),
    ("254/", .badOption("254/")),
    ("254/8/8", .badOption("254/8/8")),
    ("/", .badOption("/")),
    ("77/8:", .badLayout("77/8:")),
    ("77/8:ip4", .badLayout("77/8:ip4")),
    ("77/8:ip5@4", .badLayout("77/8:ip5@4")),
    ("77/8:port@2", .badLayout("77/8:port@2")),
    ("77/8:port@2+ip4@4", .badLayout("77/8:port@2+ip4@4")),
    ("77/8:ip4@4+port@2+port@2", .badLayout("77/8:ip4@4+port@2+port@2")),
    ("77/8:ip4@4+", .badLayout("77/8:ip4@4+")),
    ("77/8:ip4@+4", .badLayout("77/8:ip4@+4")),
    ("77/8:ip4@-4", .badLayout("77/8:ip4@-4")),
    ("77/8:NONE", .badLayout("77/8:NONE")),
    ("77/8:ip4@5", .outside("77/8:ip4@5")),
    ("77/8:ip4@1", .outside("77/8:ip4@1")),
    ("77/8:ip6@2", .outside("77/8:ip6@2")),
    ("77/8:ip4@4+port@7", .outside("77/8:ip4@4+port@7")),
    ("77/8:ip4@4+port@0", .outside("77/8:ip4@4+port@0")),
    ("77/8:ip4@2+port@5", .outside("77/8:ip4@2+port@5")),
    ("77/8:ip4@3+port@2", .outside("77/8:ip4@3+port@2")),
    ("254/8:ip4@2,254/8", .doubleMeaning("254/8", earlier: "254/8:ip4@2")),
    ("default,254/8:none", .doubleMeaning("254/8:none", earlier: "254/8")),
    ("28/7,28/7:ip4@3", .doubleMeaning("28/7:ip4@3", earlier: "28/7")),
    ("-default", .notRemovable("-default")),
    ("default,-", .notRemovable("-")),
    ("default,--late", .notRemovable("--late")),
    ("default,-254", .notRemovable("-254")),
    ("default,-254/8:none", .notRemovable("-254/8:none")),
    ("default,-254/0", .badOption("-254/0")),
  ])
  func `a text that does not parse is refused as a whole and says which word`(text: String, reason: ProfileError) {
    #expect(throws: reason) { try Profile(parsing: text) }
  }

  @Test func `an error names what would be right`() {
    let unknown = ProfileError.unknownWord("tencent").description
    #expect(unknown.contains("\"tencent\" is not known; profiles: default, lvs, dpvs, tencent-clb"))
    #expect(unknown.contains("behaviours: deferred, late, syn, last; socket calls: 4096, 1345"))
    let option = ProfileError.unknownOption("77/8").description
    #expect(option.contains("known are 254/8, 253/8, 200/8, 254/20"))
    #expect(option.hasSuffix("such as 77/8:ip4@4+port@2"))
  }

  @Test func `what the kernel side cannot keep is refused`() throws {
    let sixteen = (101...116).map { "\($0)/8:ip4@4" }.joined(separator: ",")
    #expect(try Profile(parsing: sixteen).options.formats.count == 16)
    #expect(throws: ProfileError.tooManyOptions("117/8:ip4@4")) { try Profile(parsing: sixteen + ",117/8:ip4@4") }
    #expect(try Profile(parsing: sixteen + ",-101/8,117/8:ip4@4").options.formats.count == 16)
    let long = Array(repeating: "254/8", count: 167).joined(separator: ",")
    #expect(long.utf8.count == 1001)
    #expect(throws: ProfileError.tooLong(1001)) { try Profile(parsing: long) }
    #expect(try Profile(parsing: String(long.dropFirst(6))).description == String(long.dropFirst(6)))
  }

  @Test func `profiles that are written otherwise can be the same`() throws {
    let dpvs = try Profile(parsing: "dpvs")
    #expect(dpvs.isSame(as: try Profile(parsing: "4096 254/20 254/8")))
    #expect(!dpvs.isSame(as: try Profile(parsing: "dpvs,last")))
    #expect(!dpvs.isSame(as: try Profile(parsing: "dpvs,-4096")))
    #expect(!dpvs.isSame(as: try Profile(parsing: "dpvs,200/8")))
    #expect(!(try Profile(parsing: "28/7")).isSame(as: try Profile(parsing: "28/7:ip4@3")))
  }

  @Test func `the text keeps the words and has nothing that modprobe or a shell would take apart`() throws {
    let profile = try Profile(parsing: " tencent-clb\t-4096, 77/8:ip4@4+port@2\n")
    #expect(profile.description == "tencent-clb,-4096,77/8:ip4@4+port@2")
    #expect(profile.options.choice == .first)
    #expect(try Profile(parsing: "dpvs,last").options.choice == .last)
  }

  @Test func `random words never trap, and what is read prints to something that reads the same`() {
    var generator = SeededGenerator(seed: 11)
    let parts =
      VendorProfile.all.map(\.name) + OptionFormat.known.map(\.description) + [
        "deferred", "late", "syn", "last", "4096", "1345", "77/8", ":ip4@", ":ip6@", "+port@", "2", "4", "24", ":none",
        "-",
        "/", ",", ",", " ", "\n", "@", ":", "9", "40", "é", "\0",
      ]
    var read = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...8, using: &generator)
      let text = (0..<count).compactMap { _ in parts.randomElement(using: &generator) }.joined()
      guard let profile = try? Profile(parsing: text) else { continue }
      read += 1
      #expect((try? Profile(parsing: profile.description)) == profile)
      let expanded = try? Profile(parsing: profile.expansion.joined(separator: ","))
      #expect(expanded?.isSame(as: profile) == true)
      #expect(profile.options.formats.contains { $0.layout != nil })
    }
    #expect(read > 500)
  }

  @Test func `arbitrary bytes as a profile never trap`() {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<5000 {
      let text = String(decoding: generator.bytes(Int.random(in: 0...60, using: &generator)), as: UTF8.self)
      #expect((try? Profile(parsing: text)) == nil)
    }
  }
}
