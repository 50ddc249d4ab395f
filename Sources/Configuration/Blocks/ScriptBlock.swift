import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension ScriptCheckDefinition: TrackableModel {
  static var unset: Self { Self(name: "", command: CommandDefinition(arguments: [], text: "")) }
}

extension Block<ScriptCheckDefinition> {
  /// `vrrp_script`.
  static var script: Block {
    Block("vrrp_script", requires: "script") {
      Setting.script
      Setting(
        "interval", "Sets the time from one start of the script to the next", .checkTime, \.schedule.interval,
        repeated: .lastCountsTold)
      Setting(
        "timeout", "Sets how long a run may take before it is ended and counts as a failure", .checkTime,
        \.schedule.timeout,
        repeated: .lastCountsTold
      )
      .following("interval") { $0.schedule.timeout = $0.schedule.interval }
      Setting.weight(of: .script, \.weight, \.reverse, repeated: .lastCountsTold)
      Setting("rise", Schema.Shared.rise, .integer(1...2_147_483_647), \.schedule.rise, repeated: .lastCountsTold)
      Setting("fall", Schema.Shared.fall, .integer(1...2_147_483_647), \.schedule.fall, repeated: .lastCountsTold)
      Setting(
        "user", "Names the user, and perhaps the group, that runs the script", .user, \.command.user,
        inherits: "script_user", unset: "runs as script_user says", repeated: .lastCountsTold)
      Setting("init_fail", Schema.Shared.initFail, .flag, \.schedule.initiallyFailed)
      Setting(
        "sandbox",
        "Keeps the script from gaining rights and changing files or processes, and (except network) from the network",
        .sandbox, \.sandbox, default: "off", since: Keyword.own)
      Setting.steadiness(\.schedule.damping, \.schedule.expiry)
    }
  }
}

extension Setting<ScriptCheckDefinition> {
  fileprivate static var script: Setting {
    let keyword = Keyword(
      "script", "Names the command to run; exit code 0 is a success", .command, arguments: "SCRIPT", .acts)
    let shown = ShownProperty<Model>("script") { .line(["script", .command($0.command.text)]) }
    return Setting(keyword, shown: shown) { block, statement, lowering in
      _ = Repeated.lastCountsTold.mayCount(statement, block.places, "script", lowering)
      // The last line counts even if it cannot be used: the command that it was to replace is not run.
      block.places["script"] = nil
      let command = lowering.command(statement)
      lowering.reportUnquoted(statement)
      guard var command else { return nil }
      // In a vrrp_script the user has a line of its own.
      command.value.user = block.model.command.user
      block.model.command = command.value
      return command.span
    }
  }
}

extension ValueForm<Nanoseconds> {
  /// The interval or timeout of a script: 0 counts as one second, and fractions of a millisecond are rounded.
  fileprivate static var checkTime: Self {
    var form = seconds(0...4_294_000_000)
    form.read = { statement, lowering, _ in lowering.checkTime(statement) }
    return form
  }
}

extension ValueForm<ScriptCheckDefinition.Sandbox> {
  /// `[on / network / off]`; nothing means on.
  fileprivate static var sandbox: Self {
    Self(form: .optionalWords, arguments: "[on / network / off]") { statement, lowering, _ in
      switch statement.arguments.first?.text {
      case nil, "on": return .closed
      case "network": return .withNetwork
      case "off": return .off
      case let word?:
        // A script that was to be restricted is not run without restriction.
        lowering.diagnostics.report(
          .error, "bad-value", "'\(word)' is neither on nor network nor off", at: statement.arguments.first?.span,
          suggestion: "write sandbox on, or sandbox network for a script that asks over the network")
        return nil
      }
    } words: {
      switch $0 {
      case .off: nil
      case .closed: ["on"]
      case .withNetwork: ["network"]
      }
    }
  }
}

extension Lowering {
  /// Reports words behind a command that is not in quotes: they are not part of it.
  fileprivate func reportUnquoted(_ statement: Statement) {
    let words = statement.arguments
    guard words.count > 1, let first = words.first else { return }
    let quoted = "\"" + words.map(\.text).joined(separator: " ") + "\""
    diagnostics.report(
      .warning, "unquoted-command",
      "only \(first.text) is run, without the words after it, as by keepalived", at: words[words.startIndex + 1].span,
      suggestion: "put the whole command into quotes: \(quoted)")
  }

  fileprivate func checkTime(_ statement: Statement) -> Nanoseconds? {
    guard let number = millionths(statement, bad: .ignored) else { return nil }
    let name = statement.words[0].text
    if number.value < 1000 {
      diagnostics.report(
        .warning, "zero-becomes-one", "\(name) \(Self.shown(number.value)) counts as 1 s", at: number.span,
        suggestion: "write \(name) 1", replacement: "1")
      return .seconds(1)
    }
    if statement.arguments.first?.bytes.contains(UInt8(ascii: ".")) == true {
      diagnostics.report(
        .note, "fraction-of-second",
        "keepalived 2.2.7 reads whole seconds only and takes \(max(1, number.value / 1_000_000)) s for \(name); martlet keeps to \(Self.shown(number.value)) s",
        at: number.span)
    }
    return .milliseconds(Int64((number.value + 500) / 1000))
  }
}

extension ShownProperty where Owner == ScriptCheckDefinition {
  /// The properties of `vrrp_script`.
  package static var script: [ShownProperty<Owner>] { Block.script.properties }
}
