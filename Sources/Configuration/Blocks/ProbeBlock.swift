import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension ProbeDefinition: TrackableModel {
  struct Notes: ReadingNotes {
    /// The keyword of the probe's kind, also where its line cannot be used.
    var kind: Located<String>?
    /// The members of a combination; empty for any other kind.
    var members: [Located<TrackerName>] = []
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
        \.schedule.interval, bad: .error, since: Keyword.own
      )
      .shown { $0.ofRuns(.word("interval", DecimalText.text($0.schedule.interval, unit: .seconds))) }
      Setting(
        "timeout", "Sets how long a run may take before it counts as a failure", .seconds(1_000...4_294_000_000),
        \.schedule.timeout, bad: .error, since: Keyword.own
      )
      .shown { $0.ofRuns(.word("timeout", DecimalText.text($0.schedule.timeout, unit: .seconds))) }
      .following("interval") { $0.schedule.timeout = $0.schedule.interval }
      Setting.weight(of: .probe, \.weight, \.reverse, since: Keyword.own)
      Setting("rise", Schema.Shared.rise, .integer(1...2_147_483_647), \.schedule.rise, bad: .error, since: Keyword.own)
        .shown { $0.ofRuns(.word("rise", $0.schedule.rise)) }
      Setting("fall", Schema.Shared.fall, .integer(1...2_147_483_647), \.schedule.fall, bad: .error, since: Keyword.own)
        .shown { $0.ofRuns(.word("fall", $0.schedule.fall)) }
      Setting("init_fail", Schema.Shared.initFail, .flag, \.schedule.initiallyFailed, since: Keyword.own)
      Setting.steadiness(\.schedule.damping, \.schedule.expiry)
    }
  }
}

extension ShownProperty where Owner == ProbeDefinition {
  /// The properties of `vrrp_probe`.
  package static var probe: [ShownProperty<Owner>] { Block.probe.properties }
}
