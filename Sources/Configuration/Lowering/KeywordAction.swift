import ConfigurationSyntax
import NetworkTypes

/// What a keyword does to the draft of its block. The keyword's form and bounds stand in its ``Schema`` row.
struct KeywordAction<Draft> {
  let name: String
  let apply: (inout Draft, Statement, Lowering) -> Void

  /// A keyword read by a function of its own.
  static func custom(_ name: String, _ apply: @escaping (inout Draft, Statement, Lowering) -> Void) -> Self {
    Self(name: name, apply: apply)
  }

  /// A keyword whose presence means true.
  static func flag(_ name: String, _ path: WritableKeyPath<Draft, Bool>) -> Self {
    Self(name: name) { draft, _, _ in draft[keyPath: path] = true }
  }

  static func boolean(_ name: String, _ path: WritableKeyPath<Draft, Bool>) -> Self {
    Self(name: name) { draft, statement, lowering in
      if let value = lowering.boolean(statement) { draft[keyPath: path] = value }
    }
  }

  static func boolean(_ name: String, _ path: WritableKeyPath<Draft, Bool?>) -> Self {
    Self(name: name) { draft, statement, lowering in
      if let value = lowering.boolean(statement) { draft[keyPath: path] = value }
    }
  }

  static func integer(_ name: String, _ path: WritableKeyPath<Draft, Int?>, bad: BadValue = .ignored) -> Self {
    Self(name: name) { draft, statement, lowering in
      if let number = lowering.integer(statement, bad: bad) { draft[keyPath: path] = number.value }
    }
  }

  static func integer(
    _ name: String, _ path: WritableKeyPath<Draft, Located<Int>?>, bad: BadValue = .ignored
  ) -> Self {
    Self(name: name) { draft, statement, lowering in
      if let number = lowering.integer(statement, bad: bad) { draft[keyPath: path] = number }
    }
  }

  /// A whole number of which 0 counts as 1, with a warning.
  static func atLeastOne(_ name: String, _ path: WritableKeyPath<Draft, Int?>) -> Self {
    Self(name: name) { draft, statement, lowering in
      guard let number = lowering.integer(statement, bad: .ignored) else { return }
      if number.value == 0 {
        lowering.diagnostics.report(
          .warning, "zero-becomes-one", "\(name) 0 counts as 1", at: number.span, suggestion: "write \(name) 1",
          replacement: "1")
      }
      draft[keyPath: path] = max(1, number.value)
    }
  }

  static func duration(
    _ name: String, _ path: WritableKeyPath<Draft, Located<Nanoseconds>?>, bad: BadValue = .ignored
  ) -> Self {
    Self(name: name) { draft, statement, lowering in
      guard let number = lowering.millionths(statement, bad: bad) else { return }
      draft[keyPath: path] = Located(.microseconds(Int64(number.value)), number.span)
    }
  }

  static func duration(_ name: String, _ path: WritableKeyPath<Draft, Nanoseconds>) -> Self {
    Self(name: name) { draft, statement, lowering in
      guard let number = lowering.millionths(statement, bad: .ignored) else { return }
      draft[keyPath: path] = .microseconds(Int64(number.value))
    }
  }

  /// A command of which the first one written counts.
  static func command(_ name: String, _ path: WritableKeyPath<Draft, CommandDefinition?>) -> Self {
    Self(name: name) { draft, statement, lowering in
      guard draft[keyPath: path] == nil else {
        lowering.reportSecondCommand(statement)
        return
      }
      let command = lowering.command(statement)
      lowering.record(name, command, user: statement.arguments.dropFirst().first?.span)
      draft[keyPath: path] = command?.value
    }
  }
}

/// The actions of one block by the numbers of its keywords.
struct ActionTable<Draft> {
  private var actions: [Grammar.ID: KeywordAction<Draft>] = [:]

  init(_ schema: Schema, block: [String], _ list: [KeywordAction<Draft>]) {
    for action in list {
      if let id = schema.grammar.find(path: block + [action.name]) { actions[id] = action }
    }
  }

  subscript(id: Grammar.ID) -> KeywordAction<Draft>? { actions[id] }

  var count: Int { actions.count }
}

extension Lowering {
  /// Tells of a command that is ignored since there is one already.
  func reportSecondCommand(_ statement: Statement) {
    guard !statement.arguments.isEmpty else { return }
    diagnostics.report(
      .warning, "duplicate-command", "\(statement.words[0].text) is given twice; this one is ignored",
      at: statement.span, suggestion: "call both from one script, or take one line out")
  }
}
