import ConfigurationSyntax
import NetworkTypes

/// Reads addresses that stand alone, without a prefix length.
extension Lowering {
  /// The address of a word. Anything after a slash or a hyphen is ignored with a warning; keepalived ignores it without one.
  func plainAddress(_ word: Word) -> IPAddress? {
    if let address = IPAddress(word.text) { return address }
    let kept = word.bytes.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "-") }
    let text = String(decoding: kept, as: UTF8.self)
    guard kept.count < word.bytes.count, let address = IPAddress(text) else { return nil }
    let isRange = word.bytes[kept.endIndex] == UInt8(ascii: "-")
    diagnostics.report(
      .warning, "address-suffix", "\(text) alone is used; what follows it in '\(word.text)' has no meaning here",
      at: word.part(after: kept.count),
      suggestion: isRange ? "write \(text), and each further address on its own" : "write \(text)",
      changes: [.replace(word.span, with: text)])
    return address
  }

  /// The address or network meant by a text with leading zeros; `nil` if it is none without them either.
  static func withoutLeadingZeros(_ word: Word) -> String? {
    let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { number in
      let digits = number.drop { $0 == "0" }
      return digits.isEmpty ? number.suffix(1) : digits
    }
    let meant = ([numbers.joined(separator: ".")] + parts.dropFirst().map(String.init)).joined(separator: "/")
    return numbers.count == 4 && meant != word.text && IPPrefix(meant) != nil ? meant : nil
  }

  /// The suggestion for a word with leading zeros.
  static func advice(for meant: String?) -> String? {
    meant.map { "write \($0): a number with a 0 before it would be octal elsewhere, and is refused" }
  }
}
