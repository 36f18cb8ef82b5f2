// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct ModuleSignatureTests {
  private static let mark = Array("~Module signature appended~\n".utf8)
  private static let content = Array("\u{7F}ELF and so on".utf8)

  /// What sign-file appends: the signature, its description, the mark.
  private static func tail(_ signature: [UInt8], form: UInt8 = 2, length: Int? = nil, names: [UInt8] = [0, 0])
    -> [UInt8]
  {
    let length = length ?? signature.count
    let field = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    return signature + [0, 0, form] + names + [0, 0, 0] + field + mark
  }

  @Test func `a module without the mark is unsigned`() throws {
    #expect(try ModuleSignature(of: []) == nil)
    #expect(try ModuleSignature(of: Self.content) == nil)
    #expect(try ModuleSignature(of: Self.content + Self.mark.dropLast()) == nil)
    #expect(try ModuleSignature(of: Self.content + Self.tail([1, 2, 3]) + [0]) == nil)
    #expect(ModuleSignature.content(of: Self.content) == Self.content)
  }

  @Test func `a signature is found behind the content`() throws {
    let signature = try #require(try ModuleSignature(of: Self.content + Self.tail([1, 2, 3])))
    #expect(signature.form == .pkcs7)
    #expect(signature.contentLength == Self.content.count)
    #expect(signature.bytes == [1, 2, 3])
    #expect(ModuleSignature.content(of: Self.content + Self.tail([1, 2, 3])) == Self.content)
  }

  @Test func `one signature above another is taken off as well`() throws {
    let twice = Self.content + Self.tail([1, 2, 3]) + Self.tail([4])
    #expect(try ModuleSignature(of: twice)?.bytes == [4])
    #expect(ModuleSignature.content(of: twice) == Self.content)
  }

  @Test func `the form of kernels before 4 point 3 has names before the signature`() throws {
    let old = Self.content + [65, 66, 7] + Self.tail([1, 2, 3, 4], form: 1, names: [2, 1])
    let signature = try #require(try ModuleSignature(of: old))
    #expect(signature.form == .bare)
    #expect(signature.bytes == [1, 2, 3, 4])
    #expect(signature.contentLength == Self.content.count)
  }

  @Test func `what only looks like a signature is none, with a reason`() {
    func problem(_ module: [UInt8]) -> ModuleSignature.Problem? {
      do throws(ModuleSignature.Problem) {
        _ = try ModuleSignature(of: module)
        return nil
      } catch {
        return error
      }
    }
    #expect(problem(Self.mark) == .cutOff)
    #expect(problem([0, 0, 2] + Self.mark) == .cutOff)
    #expect(problem(Self.content + Self.tail([1], form: 0)) == .unknownForm(0))
    #expect(problem(Self.content + Self.tail([1], form: 7)) == .unknownForm(7))
    #expect(problem(Self.content + Self.tail([1], names: [0, 9])) == .wrongFields)
    #expect(problem(Self.content + Self.tail([1], length: 0)) == .wrongLength(0))
    #expect(problem(Self.content + Self.tail([1], length: 4000)) == .wrongLength(4000))
    #expect(problem(Self.content + Self.tail([1], length: 0xFFFF_FFFF)) == .wrongLength(0xFFFF_FFFF))
    // A signature of everything leaves no module.
    #expect(problem(Self.tail([1, 2, 3])) == .wrongLength(3))
    for problem in [ModuleSignature.Problem.cutOff, .wrongFields, .unknownForm(7), .wrongLength(9)] {
      #expect(!problem.description.isEmpty)
    }
  }

  @Test func `no bytes trap the reader`() {
    var generator = ParserFuzzTests.Generator(state: 12)
    let whole = Self.content + Self.tail([1, 2, 3])
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      bytes.removeFirst(Int.random(in: 0..<bytes.count, using: &generator))
      _ = try? ModuleSignature(of: bytes)
      #expect(ModuleSignature.content(of: bytes).count <= bytes.count)
    }
  }
}
