import ConfigurationSyntax
import NetworkTypes

/// How a value is written behind its keyword, read, and shown.
struct ValueForm<Value>: Sendable {
  var form: Keyword.Form
  /// What follows the keyword in the notation of a manual page, where the form does not say it all.
  var arguments: String?
  var unit: Keyword.Unit?
  /// The value of a line; `nil` after a finding that says why it cannot be used.
  var read: @Sendable (Statement, Lowering, BadValue) -> Value?
  /// The words behind the keyword; `nil` for a value that is there when the keyword is not.
  var words: @Sendable (Value) -> [ShownWord]?

  /// The value as the manual has it; `nil` for one that is not written.
  func text(_ value: Value) -> String? { words(value)?.map(\.text).joined(separator: " ") }
}

extension ValueForm where Value: FixedWidthInteger & Sendable {
  /// A whole number.
  static func integer(_ bounds: ClosedRange<Int>) -> Self {
    Self(form: .integer(bounds.lowerBound, bounds.upperBound)) { statement, lowering, bad in
      lowering.integer(statement, bad: bad).map { Value(clamping: $0.value) }
    } words: {
      [.word("\($0)")]
    }
  }
}

extension ValueForm<Nanoseconds> {
  /// Seconds with up to six places behind the point; the bounds are in microseconds.
  static func seconds(_ microseconds: ClosedRange<Int>) -> Self {
    Self(
      form: .decimal(microseconds.lowerBound, microseconds.upperBound), unit: .seconds
    ) { statement, lowering, bad in
      lowering.millionths(statement, bad: bad).map { .microseconds(Int64($0.value)) }
    } words: {
      [.word(DecimalText.text($0, unit: .seconds))]
    }
  }
}

extension ValueForm<Bool> {
  /// A keyword whose presence means true.
  static var flag: Self {
    Self(form: .flag) { _, _, _ in
      true
    } words: {
      $0 ? [] : nil
    }
  }

  /// `on` or `off`; nothing means on.
  static var boolean: Self {
    Self(form: .boolean) { statement, lowering, _ in
      lowering.boolean(statement)
    } words: {
      [.word($0 ? "on" : "off")]
    }
  }
}

extension ValueForm<IPAddress> {
  static var address: Self {
    Self(form: .address) { statement, lowering, _ in
      lowering.address(statement)?.value
    } words: {
      [.word("\($0)")]
    }
  }
}

extension ValueForm<String> {
  /// One word, by its name in the manual.
  static func word(_ arguments: String) -> Self {
    Self(form: .word, arguments: arguments) { statement, _, _ in
      statement.arguments.first?.text
    } words: {
      [.word($0)]
    }
  }
}
