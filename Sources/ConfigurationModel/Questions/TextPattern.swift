import Glibc

/// A condition on a text: `TEXT`, `~ EXPRESSION`, or either after `not`.
package struct TextPattern: Sendable, Hashable, CustomStringConvertible {
  /// The text, or the POSIX extended regular expression.
  package var text: String
  /// True for an expression; any other text must occur as it is.
  package var isExpression: Bool
  /// True when the text must not be found.
  package var isNegated: Bool

  /// A pattern of the given contents.
  package init(_ text: String, isExpression: Bool = false, isNegated: Bool = false) {
    self.text = text
    self.isExpression = isExpression
    self.isNegated = isNegated
  }

  /// Notation of the configuration.
  package var description: String { (isNegated ? "not " : "") + (isExpression ? "~ " : "") + "\"\(text)\"" }
}

extension TextPattern: ImageRecord {
  static var blank: Self { Self("") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&text)
    try field(&isExpression)
    try field(&isNegated)
  }
}

/// Reason why an expression is not valid.
package struct TextPatternError: Error, Sendable, Hashable {
  /// The C library's message.
  package var reason: String
}

/// A pattern that is ready for use.
package final class CompiledPattern {
  /// The pattern it was compiled from.
  package let pattern: TextPattern
  /// The compiled expression; `nil` for a plain text.
  private let expression: UnsafeMutablePointer<regex_t>?

  /// Compiles a pattern (regcomp(3)).
  package init(_ pattern: TextPattern) throws(TextPatternError) {
    self.pattern = pattern
    guard pattern.isExpression else {
      expression = nil
      return
    }
    let compiled = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    compiled.initialize(to: regex_t())
    let code = regcomp(compiled, pattern.text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE)
    guard code == 0 else {
      var words = [CChar](repeating: 0, count: 256)
      regerror(code, compiled, &words, words.count)
      compiled.deallocate()
      expression = nil
      let bytes = words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      throw TextPatternError(reason: String(decoding: bytes, as: UTF8.self))
    }
    expression = compiled
  }

  deinit {
    guard let expression else { return }
    regfree(expression)
    expression.deallocate()
  }

  /// True when `bytes` match the pattern.
  package func accepts(_ bytes: [UInt8]) -> Bool { isFound(in: bytes) != pattern.isNegated }

  private func isFound(in bytes: [UInt8]) -> Bool {
    guard let expression else { return Self.holds(bytes, Array(pattern.text.utf8)) }
    // The bounds are given with REG_STARTEND, so that zeros in the text do not end it.
    var bounds = regmatch_t()
    bounds.rm_so = 0
    bounds.rm_eo = regoff_t(clamping: bytes.count)
    return (bytes + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { regexec(expression, $0, 1, &bounds, REG_STARTEND) == 0 } ?? false
      }
    }
  }

  private static func holds(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
    guard !text.isEmpty else { return true }
    guard bytes.count >= text.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      text.withUnsafeBytes { text in
        guard let base = bytes.baseAddress, let wanted = text.baseAddress else { return false }
        var start = 0
        // From each place of the first byte on; one that is not there ends the search.
        while start <= bytes.count - text.count, let place = memchr(base + start, Int32(text[0]), bytes.count - start) {
          start = base.distance(to: UnsafeRawPointer(place))
          guard start <= bytes.count - text.count else { return false }
          if memcmp(place, wanted, text.count) == 0 { return true }
          start += 1
        }
        return false
      }
    }
  }
}
