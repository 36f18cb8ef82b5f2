// SPDX-License-Identifier: Apache-2.0
internal import CKmod

/// The entries of a libkmod list, which stays its maker's to free.
@unsafe struct KmodList {
  private let first: OpaquePointer?

  init(_ first: OpaquePointer?) { unsafe self.first = unsafe first }

  /// What `transform` makes of each entry.
  func map<Element>(_ transform: (OpaquePointer) -> Element) -> [Element] {
    var result: [Element] = []
    var next = unsafe first
    while let entry = unsafe next {
      result.append(unsafe transform(entry))
      unsafe next = kmod_list_next(first, entry)
    }
    return result
  }
}
