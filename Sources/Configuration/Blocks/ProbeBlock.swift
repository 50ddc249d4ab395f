import ConfigurationSyntax
import NetworkTypes

extension ProbeDefinition: TrackableModel {
  struct Notes: ReadingNotes {
    /// The keyword of its kind, also where what that says cannot be used.
    var kind: Located<String>?
    /// The checks that it is made of, if it is made of any.
    var members: [Located<CombinedQuestion.Member>] = []
  }

  // It asks nothing until a line says what.
  static var unset: Self { Self(name: "", question: .memory(MemoryQuestion())) }

  /// A property that only runs have.
  fileprivate func ofRuns(_ value: ShownValue) -> ShownValue { isCombination ? .nothing : value }
}

extension Block<ProbeDefinition> {
  /// `vrrp_probe`.
  static var probe: Block {
    Block("vrrp_probe", requires: "question") {
      Lowering.kinds.map(kind)
      Setting(
        "interval", "Sets the time from one start of the probe to the next", .seconds(10_000...4_294_000_000),
        \.interval, bad: .error, since: Keyword.own
      )
      .shown { $0.ofRuns(.word("interval", DecimalText.text($0.interval, unit: .seconds))) }
      Setting(
        "timeout", "Sets how long a run may take before it counts as a failure", .seconds(1_000...4_294_000_000),
        \.timeout, bad: .error, since: Keyword.own
      )
      .shown { $0.ofRuns(.word("timeout", DecimalText.text($0.timeout, unit: .seconds))) }
      .following("interval") { $0.timeout = $0.interval }
      Setting.weight(of: .probe, \.weight, \.reverse, since: Keyword.own)
      Setting("rise", Schema.Shared.rise, .integer(1...2_147_483_647), \.rise, bad: .error, since: Keyword.own)
        .shown { $0.ofRuns(.word("rise", $0.rise)) }
      Setting("fall", Schema.Shared.fall, .integer(1...2_147_483_647), \.fall, bad: .error, since: Keyword.own)
        .shown { $0.ofRuns(.word("fall", $0.fall)) }
      Setting("init_fail", Schema.Shared.initFail, .flag, \.initiallyFailed, since: Keyword.own)
      Setting.steadiness(\.steadiness.damping, \.steadiness.expiry)
    }
  }

  /// The keyword of a kind, with its target and the block of its options.
  private static func kind(_ kind: Lowering.ProbeKind) -> Setting<Model> {
    let name = kind.name
    return Setting(Keyword(name, kind.meaning, .target, since: Keyword.own, .acts), as: "question") {
      block, statement, lowering in
      guard let kind = Lowering.kinds.first(where: { $0.name == name }),
        let question = lowering.question(kind, statement, &block)
      else { return nil }
      block.question = question
      return statement.span
    }
  }
}

extension Lowering {
  /// A kind of probe: how its target and its options become a question.
  struct ProbeKind {
    let name: String
    /// A sentence without a full stop.
    let meaning: String
    let actions: [KeywordAction<ProbeOptions>]
    /// Makes the question; `nil` after it has reported what is wrong.
    let question: (Statement, ProbeOptions, Lowering) -> ProbeQuestion?
  }

  static var kinds: [ProbeKind] { serviceKinds + networkKinds + hostKinds + combinedKinds }

  fileprivate func question(
    _ kind: ProbeKind, _ statement: Statement, _ block: inout BlockReading<ProbeDefinition>
  ) -> ProbeQuestion? {
    if let earlier = block.notes.kind {
      diagnostics.report(
        .error, "probe-kinds",
        "\(block.name.value) is a probe of kind \(earlier.value) already; a probe asks one thing",
        at: statement.span, notes: [("that is here", earlier.span)],
        suggestion: "write a vrrp_probe block for each, and track both")
      return nil
    }
    block.notes.kind = Located(kind.name, statement.span)
    var options = ProbeOptions()
    apply(ActionTable(schema, block: ["vrrp_probe", kind.name], kind.actions), to: &options, statement.children)
    block.notes.members = options.members
    return options.isBroken ? nil : kind.question(statement, options, self)
  }
}

extension ShownProperty where Owner == ProbeDefinition {
  /// The properties of `vrrp_probe`.
  package static var probe: [ShownProperty<Owner>] { Block.probe.properties }
}
