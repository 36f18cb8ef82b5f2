// SPDX-License-Identifier: Apache-2.0

/// A profile that has a name: what one vendor's load balancers send and its applications ask.
public struct VendorProfile: Sendable, Hashable {
  /// The word that stands for it: "tencent-clb".
  public let name: String
  /// Whose it is.
  public let vendor: String
  /// The words that it stands for.
  public let words: [String]

  /// All of them, in the order in which they are listed.
  public static let all: [VendorProfile] = [
    VendorProfile("default", "most load balancers", "254/8 254/20 253/20 200/8 4096 1345"),
    VendorProfile("lvs", "LVS FULLNAT, Alibaba SLB", "254/8 253/20 200/8 syn"),
    VendorProfile("dpvs", "DPVS", "254/8 254/20 4096"),
    VendorProfile("tencent-clb", "Tencent CLB", "200/8 253/20 4096"),
    VendorProfile("tencent-gaap", "Tencent GAAP", "200/8"),
    VendorProfile("ksyun", "Kingsoft Cloud", "254/8 253/20 254/20 1345"),
    VendorProfile("huawei-elb", "Huawei ELB", "254/8 254/20 253/20 4096"),
    VendorProfile("ucloud", "UCloud ULB", "200/8 254/8 253/8"),
    VendorProfile("alibaba-cdn", "Alibaba CDN and DCDN", "28/7 28/19 254/8 254/20 syn"),
  ]

  /// The profile of a name.
  public static func named(_ name: some StringProtocol) -> VendorProfile? { all.first { $0.name == name } }

  private init(_ name: String, _ vendor: String, _ words: String) {
    self.name = name
    self.vendor = vendor
    self.words = words.split(separator: " ").map(String.init)
  }
}
