// SPDX-License-Identifier: Apache-2.0
// FoundationEssentials, not Foundation: argument-parser brings it into the binary anyway, and it has the JSON coders.
internal import FoundationEssentials

/// A value as JSON text, keys sorted; `pretty` for people, one line for journals.
func jsonText(_ value: some Encodable, pretty: Bool = true) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting =
    pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else { return "null" }
  return String(decoding: data, as: UTF8.self)
}

/// A value read from JSON text; nil when the text is not that value.
func jsonValue<Value: Decodable>(_ type: Value.Type, from text: some StringProtocol) -> Value? {
  try? JSONDecoder().decode(type, from: Data(text.utf8))
}
