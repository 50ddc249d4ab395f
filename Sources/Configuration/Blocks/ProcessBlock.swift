import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension TrackedProcessDefinition: TrackableModel {
  static var unset: Self { Self(name: "", command: "") }
}

extension Block<TrackedProcessDefinition> {
  /// `vrrp_track_process`.
  static var process: Block {
    Block("vrrp_track_process", requires: "process") {
      command
      Setting(
        "param_match",
        "Says how far arguments must match: all, the first ones (partial), or up to the start of one (initial)",
        .parameterMatch, \.parameterMatch, default: "none; bare = exact", unset: "parameters are not compared"
      )
      .completed { block in
        if block.places["param_match"] == nil { block.parameterMatch = block.parameters.isEmpty ? .none : .exact }
      }
      Setting(
        "full_command",
        "Compares the first word of the command line, not the name of 15 characters that the kernel keeps", .flag,
        \.usesCommandLine)
      Setting.weight(of: .process, \.weight, \.reverse, repeated: .firstCountsTold, zeroIsNone: true)
      quorum
      greatestCount
      Setting(
        "fork_delay",
        "Waits so long after the start of a process before a gained quorum, or an exceeded quorum_max, counts",
        .pause(1...3_600_000_000), \.forkDelay, default: "0", unset: "no delay"
      )
      .setAlso(by: "delay")
      Setting(
        "terminate_delay",
        "Waits so long after the end of a process before a lost quorum, or a kept quorum_max, counts",
        .pause(1...3_600_000_000), \.terminateDelay, default: "0", unset: "no delay"
      )
      .setAlso(by: "delay")
      bothDelays
    }
  }

  private static var command: Setting<Model> {
    let keyword = Keyword(
      "process", "Names the program whose processes are counted, and perhaps arguments that they must have", .words,
      arguments: "COMMAND [PARAM ...]", repetition: .first, .acts)
    let shown = ShownProperty<Model>("process") {
      .line(["process"] + ([$0.command] + $0.parameters).map(ShownWord.word))
    }
    return Setting(keyword, shown: shown) { block, statement, lowering in
      guard let word = statement.arguments.first,
        Repeated.firstCountsTold.mayCount(statement, block.places, "process", lowering)
      else { return nil }
      block.command = word.text
      block.parameters = statement.arguments.dropFirst().map(\.text)
      return word.span
    }
  }

  private static var quorum: Setting<Model> {
    let keyword = Keyword(
      "quorum", "Sets the least number of processes that must run", .integer(1, 65535), default: "1", .acts)
    return Setting(keyword, shown: ShownProperty("quorum") { .word("quorum", $0.quorum) }) {
      block, statement, lowering in
      _ = Repeated.lastCountsTold.mayCount(statement, block.places, "quorum", lowering)
      guard let number = lowering.integer(statement, bad: .decisive()) else { return nil }
      if let most = block.greatestCount, most < number.value {
        lowering.reportUnreachable(number, "quorum", beside: most, "quorum_max", block.places, most: most)
        return nil
      }
      block.quorum = number.value
      return number.span
    }
  }

  private static var greatestCount: Setting<Model> {
    let keyword = Keyword(
      "quorum_max", "Sets the greatest number of processes that may run; 0 means that none may", .integer(0, 65535),
      default: "unlimited", .acts)
    let shown = ShownProperty<Model>("quorum_max") { process in
      process.greatestCount.map { .word("quorum_max", $0) } ?? .none("any number may run")
    }
    return Setting(keyword, shown: shown) { block, statement, lowering in
      _ = Repeated.lastCountsTold.mayCount(statement, block.places, "quorum_max", lowering)
      guard let number = lowering.integer(statement, bad: .decisive()) else { return nil }
      // With quorum_max 0 the process must not run, whatever the quorum.
      if block.places["quorum"] != nil, number.value != 0, number.value < block.quorum {
        lowering.reportUnreachable(
          number, "quorum_max", beside: block.quorum, "quorum", block.places, most: number.value)
        return nil
      }
      block.greatestCount = number.value
      return number.span
    }
  }

  private static var bothDelays: Setting<Model> {
    let form = ValueForm<Nanoseconds>.pause(1...3_600_000_000)
    let keyword = Keyword(
      "delay", "Sets terminate_delay and fork_delay together", form.form, default: "0", unit: form.unit, .acts)
    return Setting(keyword) { block, statement, lowering in
      guard let delay = form.read(statement, lowering, .ignored) else { return nil }
      block.forkDelay = delay
      block.terminateDelay = delay
      return form.place(in: statement)
    }
  }
}

extension ValueForm<TrackedProcessDefinition.ParameterMatch> {
  fileprivate static var parameterMatch: Self {
    Self(form: .optionalWords, arguments: "[initial / partial]") { statement, lowering, _ in
      switch statement.arguments.first?.text {
      case nil: return .exact
      case "initial": return .initial
      case "partial": return .partial
      case let word?:
        lowering.diagnostics.report(
          .warning, "bad-value", "'\(word)' is neither initial nor partial; the line is ignored",
          at: statement.arguments.first?.span)
        return nil
      }
    } words: {
      switch $0 {
      case .none: nil
      case .exact: []
      case .partial: ["partial"]
      case .initial: ["initial"]
      }
    }
  }
}

extension Lowering {
  /// Reports that of two lines that contradict each other the later one is ignored, as by keepalived.
  fileprivate func reportUnreachable(
    _ ignored: Located<Int>, _ name: String, beside kept: Int, _ other: String, _ places: KeywordPlaces, most: Int
  ) {
    diagnostics.report(
      .warning, "quorum-out-of-reach",
      "quorum_max \(most) is less than quorum \(max(ignored.value, kept)), so no number of processes would do; \(name) is ignored",
      at: ignored.span, notes: [("\(other) is here", places[other])],
      suggestion: "write a quorum_max of at least the quorum, or take one of them out")
  }
}

extension ShownProperty where Owner == TrackedProcessDefinition {
  /// The properties of `vrrp_track_process`.
  package static var process: [ShownProperty<Owner>] { Block.process.properties }
}
