// SPDX-License-Identifier: Apache-2.0

/// The signature that is appended to a kernel module: behind the content come the signature itself, twelve bytes that describe
/// it, and a line of text (`struct module_signature`, include/linux/module_signature.h).
public struct ModuleSignature: Sendable, Equatable {
  /// What the signature is written in.
  public enum Form: UInt8, Sendable, Equatable {
    /// A bare signature with the signer's name, as kernels before 4.3 have it.
    case bare = 1
    /// PKCS#7.
    case pkcs7 = 2
  }

  /// Why what looks like a signature is none.
  public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file ends in the line of text but is too short for the description.
    case cutOff
    /// The description names more bytes than there are.
    case wrongLength(Int)
    /// Neither form.
    case unknownForm(UInt8)
    /// Fields that have to be zero are not.
    case wrongFields

    /// One clause: "its description names 4000 bytes, which are not there".
    public var description: String {
      switch self {
      case .cutOff: "its description is cut off"
      case .wrongLength(let length): "its description names \(length) bytes, which are not there"
      case .unknownForm(let form): "it is of kind \(form), not PKCS#7"
      case .wrongFields: "fields of its description that have to be zero are not"
      }
    }
  }

  /// The line that ends a signed module.
  static let mark = Array("~Module signature appended~\n".utf8)
  private static let descriptionLength = 12

  /// What it is written in.
  public let form: Form
  /// Length of the module without its signature.
  public let contentLength: Int
  /// The signature; PKCS#7 is in DER.
  public let bytes: [UInt8]

  /// Reads the outermost signature of an uncompressed module; nil when there is none.
  public init?(of module: [UInt8]) throws(Problem) {
    guard module.count >= Self.mark.count, module[(module.count - Self.mark.count)...].elementsEqual(Self.mark) else {
      return nil
    }
    let end = module.count - Self.mark.count - Self.descriptionLength
    guard end >= 0 else { throw .cutOff }
    // algo, hash, id_type, signer_len, key_id_len, three of padding, sig_len in network order
    let fields = module[end..<(end + Self.descriptionLength)].map { Int($0) }
    guard let form = Form(rawValue: UInt8(fields[2])) else { throw .unknownForm(UInt8(fields[2])) }
    guard form == .bare || [0, 1, 3, 4, 5, 6, 7].allSatisfy({ fields[$0] == 0 }) else { throw .wrongFields }
    let length = fields[8...].reduce(0) { $0 << 8 | $1 }
    let names = form == .bare ? fields[3] + fields[4] : 0
    guard length > 0, length + names < end else { throw .wrongLength(length + names) }
    self.form = form
    contentLength = end - length - names
    bytes = Array(module[(end - length)..<end])
  }

  /// A module without the signatures that were appended to it, however many; what looks like one and is none stays.
  public static func content(of module: [UInt8]) -> [UInt8] {
    var content = module
    while let signature = try? ModuleSignature(of: content) { content = Array(content[..<signature.contentLength]) }
    return content
  }
}
