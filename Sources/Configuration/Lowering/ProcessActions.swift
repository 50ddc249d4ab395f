import ConfigurationSyntax
import NetworkTypes

/// A `vrrp_track_process` block.
struct TrackedProcessDraft: NamedDraft {
  var name: Located<String>
  var command: Located<String>?
  var parameters: [String] = []
  var parameterMatch: TrackedProcessDefinition.ParameterMatch?
  var usesCommandLine = false
  var weight: Located<Int>?
  /// The keywords that have been written, each where it was last.
  var written: [String: SourceSpan] = [:]
  var reverse = false
  var quorum: Located<Int>?
  var greatestCount: Located<Int>?
  var forkDelay: Located<Nanoseconds>?
  var terminateDelay: Located<Nanoseconds>?
}

extension Lowering {
  /// What the keywords of `vrrp_track_process` do.
  static var processActions: [KeywordAction<TrackedProcessDraft>] {
    [
      .custom("process") { draft, statement, lowering in
        guard let word = statement.arguments.first, lowering.isFirst(draft.command, statement) else { return }
        draft.command = Located(word.text, word.span)
        draft.parameters = statement.arguments.dropFirst().map(\.text)
      },
      .custom("param_match") { draft, statement, lowering in
        guard let word = statement.arguments.first else {
          draft.parameterMatch = .exact
          return
        }
        switch word.text {
        case "initial": draft.parameterMatch = .initial
        case "partial": draft.parameterMatch = .partial
        default:
          lowering.diagnostics.report(
            .warning, "bad-value", "'\(word.text)' is neither initial nor partial; the line is ignored", at: word.span)
        }
      },
      .custom("weight") { draft, statement, lowering in
        // One of 0 is as good as none.
        if draft.weight?.value != 0, !lowering.isFirst(draft.weight, statement) { return }
        guard let weight = lowering.weight(statement.arguments, of: statement, bounds: -254...254) else { return }
        draft.weight = weight
        draft.reverse = lowering.isReversed(statement)
      },
      .custom("quorum") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        guard let number = lowering.integer(statement, bad: .decisive()) else { return }
        if let most = draft.greatestCount, most.value < number.value {
          return lowering.reportUnreachable(number, "quorum", beside: most, "quorum_max", most.value)
        }
        draft.quorum = number
      },
      .custom("quorum_max") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        guard let number = lowering.integer(statement, bad: .decisive()) else { return }
        // With 0 it must not run, whatever the quorum.
        if let least = draft.quorum, number.value != 0, number.value < least.value {
          return lowering.reportUnreachable(number, "quorum_max", beside: least, "quorum", number.value)
        }
        draft.greatestCount = number
      },
      .duration("fork_delay", \.forkDelay),
      .duration("terminate_delay", \.terminateDelay),
      .custom("delay") { draft, statement, lowering in
        guard let number = lowering.millionths(statement, bad: .ignored) else { return }
        let delay = Located(Nanoseconds.microseconds(Int64(number.value)), number.span)
        draft.forkDelay = delay
        draft.terminateDelay = delay
      },
      .flag("full_command", \.usesCommandLine),
    ]
  }

  /// Tells that a line of two that contradict each other is ignored: the later one, as by keepalived.
  private func reportUnreachable(
    _ ignored: Located<Int>, _ name: String, beside kept: Located<Int>, _ other: String, _ most: Int
  ) {
    let least = max(ignored.value, kept.value)
    diagnostics.report(
      .warning, "quorum-out-of-reach",
      "quorum_max \(most) is less than quorum \(least), so no number of processes would do; \(name) is ignored",
      at: ignored.span, notes: [("\(other) is here", kept.span)],
      suggestion: "write a quorum_max of at least the quorum, or take one of them out")
  }

  /// The processes of a name.
  func trackedProcess(named name: String) -> TrackedProcessDraft? {
    processIndex.find(name, in: trackedProcesses)
  }

  /// The processes that have been read, if they have a command.
  func definition(_ draft: TrackedProcessDraft) -> TrackedProcessDefinition? {
    guard let command = draft.command?.value else { return nil }
    var process = TrackedProcessDefinition(
      name: draft.name.value, command: command, parameters: draft.parameters)
    process.parameterMatch = draft.parameterMatch ?? (draft.parameters.isEmpty ? .none : .exact)
    process.usesCommandLine = draft.usesCommandLine
    process.weight = draft.weight?.value ?? 0
    process.reverse = draft.reverse
    process.quorum = draft.quorum?.value ?? 1
    process.greatestCount = draft.greatestCount?.value
    process.forkDelay = draft.forkDelay?.value ?? .zero
    process.terminateDelay = draft.terminateDelay?.value ?? .zero
    return process
  }
}
