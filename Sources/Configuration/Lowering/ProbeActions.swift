import ConfigurationSyntax
import NetworkTypes

/// A `vrrp_probe` block.
struct ProbeDraft: NamedDraft {
  var name: Located<String>
  /// The keyword of its kind, and what that is about.
  var kind: Located<String>?
  var question: ProbeQuestion?
  var interval: Located<Nanoseconds>?
  var timeout: Located<Nanoseconds>?
  var weight: Located<Int>?
  var reverse = false
  var rise: Located<Int>?
  var fall: Located<Int>?
  var initiallyFailed = false
  var steadiness = SteadinessDraft()
  /// The checks that it is made of, if it is made of any.
  var members: [Located<CombinedQuestion.Member>] = []
}

/// A file that a configuration names for the daemon to read, where it names it.
public struct FileUse: Sendable, Hashable {
  /// The keyword that names it, as `ca_file`.
  public var keyword: String
  /// Its path.
  public var path: String
  /// Where the path stands.
  public var range: SourceRange
}

extension Lowering {
  /// What the keywords of `vrrp_probe` do.
  static var probeActions: [KeywordAction<ProbeDraft>] {
    [
      .custom("interval") { $0.interval = $2.probeDuration($1) },
      .custom("timeout") { $0.timeout = $2.probeDuration($1) },
      .custom("weight") { draft, statement, lowering in
        guard let weight = lowering.weight(statement.arguments, of: statement, bounds: -253...253) else { return }
        draft.weight = weight
        draft.reverse = statement.arguments.dropFirst().first.map { $0 == "reverse" } ?? false
      },
      .integer("rise", \.rise, bad: .error),
      .integer("fall", \.fall, bad: .error),
      .flag("init_fail", \.initiallyFailed),
    ] + KeywordAction.steadiness(\.steadiness)
      + kinds.map { kind in .custom(kind.name) { $2.readKind(kind, $1, into: &$0) } }
  }

  /// A kind of probe: how its target and its options become a question.
  struct ProbeKind {
    let name: String
    let actions: [KeywordAction<ProbeOptions>]
    /// Makes the question; `nil` after it has reported what is wrong.
    let question: (Statement, ProbeOptions, Lowering) -> ProbeQuestion?
  }

  static var kinds: [ProbeKind] { serviceKinds + networkKinds + hostKinds + combinedKinds }

  private func readKind(_ kind: ProbeKind, _ statement: Statement, into draft: inout ProbeDraft) {
    if let earlier = draft.kind {
      diagnostics.report(
        .error, "probe-kinds",
        "\(draft.name.value) is a probe of kind \(earlier.value) already; a probe asks one thing",
        at: statement.span, notes: [("that is here", earlier.span)],
        suggestion: "write a vrrp_probe block for each, and track both")
      return
    }
    draft.kind = Located(kind.name, statement.span)
    var options = ProbeOptions()
    apply(ActionTable(schema, block: ["vrrp_probe", kind.name], kind.actions), to: &options, statement.children)
    draft.members = options.members
    draft.question = options.isBroken ? nil : kind.question(statement, options, self)
  }

  /// An interval or a timeout; one that cannot be is no reason to ask at another pace.
  private func probeDuration(_ statement: Statement) -> Located<Nanoseconds>? {
    millionths(statement, bad: .error).map { Located(.microseconds(Int64($0.value)), $0.span) }
  }

  /// The probe of a name.
  func probe(named name: String) -> ProbeDraft? { probeIndex.find(name, in: probes) }

  /// The probe that has been read, if it asks anything.
  func definition(_ draft: ProbeDraft) -> ProbeDefinition? {
    guard let question = draft.question else { return nil }
    var probe = ProbeDefinition(name: draft.name.value, question: question)
    probe.interval = draft.interval?.value ?? .seconds(1)
    probe.timeout = draft.timeout?.value ?? probe.interval
    probe.weight = draft.weight?.value ?? 0
    probe.reverse = draft.reverse
    probe.rise = draft.rise?.value ?? 1
    probe.fall = draft.fall?.value ?? 1
    probe.initiallyFailed = draft.initiallyFailed
    probe.steadiness = draft.steadiness.steadiness
    return probe
  }
}
