// SPDX-License-Identifier: Apache-2.0

extension Collection where Element: StringProtocol {
  /// The word behind another one, as in "dev eth1"; nil when there is none.
  func word(after name: String) -> Element? {
    guard let place = firstIndex(where: { $0 == name }) else { return nil }
    let next = index(after: place)
    return next == endIndex ? nil : self[next]
  }
}
