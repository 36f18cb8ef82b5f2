// SPDX-License-Identifier: Apache-2.0

/// Why a package cannot be described.
public enum PackagingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A value that its place does not allow.
  case invalid(place: String, value: String)
  /// A placeholder in a template that nothing fills.
  case unfilled(placeholder: String, template: String)
  /// A value for which a template has no placeholder.
  case unused(placeholder: String, template: String)
  /// A template that toa does not carry.
  case missingTemplate(String)

  /// One line: "not a kernel release: ../x".
  public var description: String {
    switch self {
    case .invalid(let place, let value): "not a \(place): \(value.debugDescription)"
    case .unfilled(let placeholder, let template): "\(template): nothing fills @\(placeholder)@"
    case .unused(let placeholder, let template): "\(template): there is no @\(placeholder)@"
    case .missingTemplate(let path): "\(path): toa carries no such template"
    }
  }
}
