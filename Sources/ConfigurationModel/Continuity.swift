/// Part of a finding under a name that goes on over a reload, from the least to the most.
///
/// The prober acts by it, the engine knows by it what the board says, and `config diff` tells of it.
package enum Continuity: Int, Sendable, Comparable {
  /// Nothing: it begins without a verdict.
  case nothing
  /// The verdict, until what is looked at now has come to another one. What was counted towards another is counted anew.
  case verdict
  /// All that was found, since the same is looked at; a run that is under way is another one's, and ends.
  case findings
  /// All of it, with a run or a delay that is under way.
  case everything

  /// Orders from the least to the most.
  package static func < (left: Continuity, right: Continuity) -> Bool { left.rawValue < right.rawValue }
}

extension ScriptCheckDefinition {
  /// Continuity with a check of the same name.
  package func continuity(from old: ScriptCheckDefinition) -> Continuity {
    guard command == old.command else { return .verdict }
    return schedule.timeout == old.schedule.timeout && sandbox == old.sandbox ? .everything : .findings
  }
}

extension ProbeDefinition {
  /// Continuity with a probe of the same name. A combination asks nothing by itself, so a probe that asks does not go on as one.
  package func continuity(from old: ProbeDefinition) -> Continuity {
    guard isCombination == old.isCombination else { return .nothing }
    guard question == old.question else { return .verdict }
    return isCombination || schedule.timeout == old.schedule.timeout ? .everything : .findings
  }

  /// The probe is made of other checks.
  package var isCombination: Bool { if case .combination = question { true } else { false } }
}

extension TrackedFileDefinition {
  /// Continuity with a file of the same name: at another place its number goes on, until one has been read there.
  package func continuity(from old: TrackedFileDefinition) -> Continuity { path == old.path ? .everything : .verdict }
}

extension TrackedProcessDefinition {
  /// Continuity with processes of the same name: if others are meant the verdict goes on, until what is seen has lasted long enough.
  package func continuity(from old: TrackedProcessDefinition) -> Continuity {
    command == old.command && parameters == old.parameters && parameterMatch == old.parameterMatch
      && usesCommandLine == old.usesCommandLine ? .everything : .verdict
  }
}

extension BFDInstanceDefinition {
  /// Continuity with a session of the same name: between other ends it is another session.
  package func continuity(from old: BFDInstanceDefinition) -> Continuity { ends == old.ends ? .everything : .nothing }

  /// Ends of the session in one text, by which the next engine knows it.
  package var ends: String { "\(neighbor)\0\(source.map { "\($0)" } ?? "")\0\(isMultihop)" }
}
