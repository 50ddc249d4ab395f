import ConfigurationModel
import ConfigurationSyntax
import HealthCore
import VRRPCore

extension CombinedQuestion: ProbeModel { static var unset: Self { Self(.any, of: []) } }

extension ProbeKind {
  /// The kinds that combine other checks.
  static var combined: [ProbeKind] {
    [
      combined("any", "Is up while at least one of several checks is up") { $2.withoutTarget($0, .any) },
      combined("all", "Is up while all of several checks are up") { $2.withoutTarget($0, .all) },
      combined("at_least", "Is up while at least this number of several checks is up") { statement, count, lowering in
        let number = lowering.target(
          statement, "2 { … }", "is not a number of checks", suggestion: "write as at_least 2"
        ) { Lowering.wholeNumber($0.bytes).flatMap { $0 >= 1 ? $0 : nil } }
        guard let number else { return nil }
        guard number <= count || count == 0 else {
          return lowering.refuse(
            "quorum", "at_least \(number) can never be reached by \(count) checks", at: statement.words[1],
            suggestion: "name more checks, or write a lower number")
        }
        return .atLeast(number)
      },
    ]
  }

  /// - Parameter combination: The combination that the target names, for this number of members.
  private static func combined(
    _ name: String, _ meaning: String, combination: @escaping @Sendable (Statement, Int, Lowering) -> Combination?
  ) -> ProbeKind {
    ProbeKind(name, meaning, ProbeQuestion.combination) {
      CombinedQuestion.kinds.map(Setting.members)
    } target: { statement, block, lowering in
      let members = block.notes.members.map(\.value)
      guard let combination = combination(statement, members.count, lowering) else { return nil }
      guard !members.isEmpty else {
        return lowering.refuse(
          "missing-target", "\(statement.words[0].text) names no checks", at: statement.words[0],
          suggestion: "write probe NAME, script NAME or the like in the block")
      }
      return CombinedQuestion(combination, of: members)
    }
  }
}

extension Setting<CombinedQuestion> {
  /// The option that lists members of one tracker kind.
  fileprivate static func members(_ kind: TrackerKind) -> Setting {
    let meaning = "Names \(kind.plural) to be counted"
    return Setting(Keyword(kind.label, meaning, .words, since: Keyword.own, .acts)) { block, statement, lowering in
      var isGood = true
      for word in statement.arguments {
        let member = TrackerName(kind, word.text)
        if let earlier = block.notes.members.first(where: { $0.value == member }) {
          lowering.diagnostics.report(
            .error, "member-twice", "\(member) would count twice", at: word.span,
            notes: [("it is written here too", earlier.span)], suggestion: "name each check once")
          isGood = false
        } else {
          block.notes.members.append(Located(member, word.span))
          if kind == .interface { lowering.noteInterface(word.text, at: word.span) }
        }
      }
      return isGood ? statement.span : nil
    }
  }
}

extension TrackerKind {
  /// The manual's word for several members of the kind.
  fileprivate var plural: String {
    switch self {
    case .script: "vrrp_script checks"
    case .interface: "interfaces"
    case .bfd: "bfd_instance sessions"
    case .file: "track_file files, each up while its number is 0,"
    case .process: "vrrp_track_process blocks"
    case .probe: "vrrp_probe checks"
    case .group: "track_group blocks"
    }
  }
}
