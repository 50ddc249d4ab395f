import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// The form of a value: how it is written, read and shown.
struct ValueForm<Value>: Sendable {
  var form: Keyword.Form
  /// Arguments in the notation of a manual page, where the form does not say it all.
  var arguments: String?
  var unit: Keyword.Unit?
  /// Gives the value of a line; `nil` after it has reported why it cannot be used.
  var read: @Sendable (Statement, Lowering, BadValue) -> Value?
  /// Gives the words after the keyword; `nil` for the value of a keyword that is not written.
  var words: @Sendable (Value) -> [ShownWord]?

  /// The value as text, for the manual; `nil` for one that is not written.
  func text(_ value: Value) -> String? { words(value)?.map(\.text).joined(separator: " ") }
}

extension ValueForm where Value: FixedWidthInteger & Sendable {
  /// A whole number.
  static func integer(_ bounds: ClosedRange<Int>, unit: Keyword.Unit? = nil) -> Self {
    Self(form: .integer(bounds.lowerBound, bounds.upperBound), unit: unit) { statement, lowering, bad in
      lowering.integer(statement, bad: bad).map { Value(clamping: $0.value) }
    } words: {
      [.word("\($0)")]
    }
  }
}

extension ValueForm<Nanoseconds> {
  /// Seconds with up to six decimal places; the bounds are in microseconds.
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
    Self(form: .boolean) { statement, lowering, bad in
      lowering.boolean(statement, bad: bad)
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

extension ValueForm<Int> {
  /// A whole number of which 0 counts as 1, with a warning.
  static func atLeastOne(_ greatest: Int) -> Self {
    var form = integer(0...greatest)
    form.read = { statement, lowering, bad in
      guard let number = lowering.integer(statement, bad: bad) else { return nil }
      if number.value == 0 {
        let name = statement.words[0].text
        lowering.diagnostics.report(
          .warning, "zero-becomes-one", "\(name) 0 counts as 1", at: number.span, suggestion: "write \(name) 1",
          replacement: "1")
      }
      return max(1, number.value)
    }
    return form
  }
}

extension ValueForm<Nanoseconds?> {
  /// Whole seconds; 0 means never.
  static func wholeSeconds(_ bounds: ClosedRange<Int>) -> Self {
    Self(form: .integer(bounds.lowerBound, bounds.upperBound), unit: .seconds) { statement, lowering, bad in
      lowering.integer(statement, bad: bad).map { $0.value == 0 ? nil : .seconds(Int64($0.value)) }
    } words: {
      [.word("\(DecimalText.seconds($0))")]
    }
  }
}

extension ValueForm<CommandDefinition> {
  /// A command, then perhaps a user and a group.
  static var command: Self {
    Self(form: .command) { statement, lowering, _ in
      let command = lowering.command(statement)
      lowering.record(statement.words[0].text, command, user: statement.arguments.dropFirst().first?.span)
      return command?.value
    } words: {
      [.command($0.text)] + ShownValue.words(of: $0.user)
    }
  }
}

extension ValueForm where Value: Hashable & Sendable {
  /// One of some words, each with its value.
  static func choice(_ choices: [(word: String, value: Value)]) -> Self {
    let values = Dictionary(uniqueKeysWithValues: choices.map { ($0.word, $0.value) })
    let words = Dictionary(choices.map { ($0.value, $0.word) }) { first, _ in first }
    return Self(form: .choice(choices.map(\.word))) { statement, lowering, _ in
      lowering.choice(statement, values)?.value
    } words: { value in
      words[value].map { [.word($0)] }
    }
  }
}

extension ValueForm<ScriptUser> {
  static var user: Self {
    Self(form: .words, arguments: "USER [GROUP]") { statement, lowering, _ in
      lowering.user(statement.arguments)
    } words: {
      ShownValue.words(of: $0)
    }
  }
}
