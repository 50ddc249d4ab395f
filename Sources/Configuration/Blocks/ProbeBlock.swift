import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension ProbeDefinition: TrackableModel {
  struct Notes: ReadingNotes {
    /// The keyword of the probe's kind, also where its line cannot be used.
    var kind: Located<String>?
    /// The members of a combination; empty for any other kind.
    var members: [Located<CombinedQuestion.Member>] = []
  }

  // A placeholder until a line says what is asked.
  static var unset: Self { Self(name: "", question: .memory(MemoryQuestion())) }

  /// The value of a property that only a probe with runs of its own has.
  fileprivate func ofRuns(_ value: ShownValue) -> ShownValue { isCombination ? .nothing : value }
}

extension Block<ProbeDefinition> {
  /// `vrrp_probe`.
  static var probe: Block {
    Block("vrrp_probe", requires: "question") {
      ProbeKind.all.map(\.setting)
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
}

extension ShownProperty where Owner == ProbeDefinition {
  /// The properties of `vrrp_probe`.
  package static var probe: [ShownProperty<Owner>] { Block.probe.properties }
}
