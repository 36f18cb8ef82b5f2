// SPDX-License-Identifier: Apache-2.0
public import Wire

extension CapturedSegment {
  /// Every client that an option of a known format, or of one of these, names in this segment, in their order.
  public func clients(_ formats: [OptionFormat]) -> [(client: Endpoint, format: OptionFormat)] {
    let table = OptionTable(formats + OptionFormat.known)
    return options.options.compactMap { option in
      guard case .client(let client, let format) = table.search(option.bytes) else { return nil }
      return (client, format)
    }
  }
}
