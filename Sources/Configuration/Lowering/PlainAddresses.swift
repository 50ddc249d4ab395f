import ConfigurationSyntax
import NetworkTypes

/// Reads addresses that stand alone, without a prefix length.
extension Lowering {
  /// The address that a word is. What follows a slash or a hyphen is cut off with a warning; keepalived cuts it off in silence.
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

  /// What an address or a network was meant to be whose numbers have zeros before them; `nil` for what is none even so.
  static func withoutLeadingZeros(_ word: Word) -> String? {
    let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { number in
      let digits = number.drop { $0 == "0" }
      return digits.isEmpty ? number.suffix(1) : digits
    }
    let meant = ([numbers.joined(separator: ".")] + parts.dropFirst().map(String.init)).joined(separator: "/")
    return numbers.count == 4 && meant != word.text && IPPrefix(meant) != nil ? meant : nil
  }

  /// What to write instead of a word that is no address, in words.
  static func advice(for meant: String?) -> String? {
    meant.map { "write \($0): a number with a 0 before it would be octal elsewhere, and is refused" }
  }
}
