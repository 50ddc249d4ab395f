import ConfigurationModel
import ConfigurationSyntax

/// The keywords of a block so far, so that a second line with another value is reported.
struct WrittenKeywords {
  private var statements: [Statement] = []

  /// The blocks whose keywords have one value each.
  private static let blocks: Set<String> = ["vrrp_instance", "global_defs"]
  /// Keywords with a finding of their own.
  private static let others: Set<String> = ["state", "version"]

  /// True when an earlier line of the keyword counts instead of this one.
  mutating func hasCounted(_ statement: Statement, _ row: Keyword, _ lowering: Lowering) -> Bool {
    guard Self.blocks.contains(row.block), row.hasOneValue, !statement.isGuess, !Self.others.contains(row.name),
      row.form.accepts(statement.arguments)
    else { return false }
    guard let position = statements.firstIndex(where: { $0.keyword == statement.keyword }) else {
      statements.append(statement)
      return false
    }
    let earlier = statements[position]
    let isFirst = row.repetition == .first
    if row.form.canonical(earlier.arguments.map(\.text)) != row.form.canonical(statement.arguments.map(\.text)) {
      lowering.diagnostics.report(
        .warning, "keyword-twice",
        "\(row.name) is written in this block already; "
          + (isFirst ? "the first line counts" : Lowering.whatCounts(of: statement, after: earlier.isLostToKeepalived)),
        at: statement.span, notes: [("the first line is here", earlier.span)], suggestion: "take one of the two out")
    }
    if !isFirst { statements[position] = statement }
    return isFirst
  }
}

extension Keyword {
  /// True when one line has the whole value.
  fileprivate var hasOneValue: Bool {
    switch form {
    case .boolean, .integer, .optionalInteger, .decimal, .word, .choice, .caselessChoice, .address, .interface: true
    case .optionalWords: repetition == .first
    case .flag, .words, .command, .optionalCommand, .block, .values, .target: false
    }
  }
}

extension Lowering {
  /// The line of two that counts, in words. keepalived reads no line after a block that it does not know, so there the first one counts.
  static func whatCounts(of later: Statement, after isEarlierLost: Bool) -> String {
    later.isLostToKeepalived && !isEarlierLost
      ? "this line counts here, and the first one for keepalived, which has lost what follows an unknown block"
      : "this line counts"
  }
}
