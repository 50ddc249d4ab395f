import ConfigurationSyntax
import HealthCore

/// The kinds that are made of other checks.
extension Lowering {
  static var combinedKinds: [ProbeKind] {
    [
      ProbeKind(name: "any", meaning: "Is up while at least one of several checks is up", actions: memberActions) {
        statement, options, lowering in
        lowering.combined(.any, statement, options)
      },
      ProbeKind(name: "all", meaning: "Is up while all of several checks are up", actions: memberActions) {
        statement, options, lowering in
        lowering.combined(.all, statement, options)
      },
      ProbeKind(
        name: "at_least", meaning: "Is up while at least this number of several checks is up", actions: memberActions
      ) { statement, options, lowering in
        guard let word = lowering.target(statement, "2 { … }") else { return nil }
        guard let number = wholeNumber(word.bytes), number >= 1 else {
          return lowering.refuse(
            "bad-target", "'\(word.text)' is not a number of checks", at: word, suggestion: "write as at_least 2")
        }
        guard number <= options.members.count || options.members.isEmpty else {
          return lowering.refuse(
            "quorum", "at_least \(number) can never be reached by \(options.members.count) checks", at: word,
            suggestion: "name more checks, or write a lower number")
        }
        return lowering.combined(.atLeast(number), statement, options)
      },
    ]
  }

  private static var memberActions: [KeywordAction<ProbeOptions>] {
    CombinedQuestion.kinds.map { kind in
      .custom(kind.label) { options, statement, lowering in
        for word in statement.arguments {
          let member = CombinedQuestion.Member(kind, word.text)
          if let earlier = options.members.first(where: { $0.value == member }) {
            lowering.diagnostics.report(
              .error, "member-twice", "\(member) would count twice", at: word.span,
              notes: [("it is written here too", earlier.span)], suggestion: "name each check once")
            options.isBroken = true
          } else {
            options.members.append(Located(member, word.span))
            if kind == .interface { lowering.noteInterface(word.text, at: word.span) }
          }
        }
      }
    }
  }

  private func combined(
    _ combination: Combination, _ statement: Statement, _ options: ProbeOptions
  ) -> ProbeQuestion? {
    guard !options.members.isEmpty else {
      return refuse(
        "missing-target", "\(statement.words[0].text) names no checks", at: statement.words[0],
        suggestion: "write probe NAME, script NAME or the like in the block")
    }
    return .combination(CombinedQuestion(combination, of: options.members.map(\.value)))
  }
}
