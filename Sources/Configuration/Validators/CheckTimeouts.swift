import ConfigurationSyntax
import NetworkTypes

/// There is never a second run of a check while one goes on, so a run beyond the interval takes the place of the next ones.
enum CheckTimeouts: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for script in lowering.scripts.readings {
      guard let timeout = script.places["timeout"], script.timeout > script.interval else { continue }
      let interval = script.places["interval"]
      lowering.diagnostics.report(
        .warning, "timeout-beyond-interval",
        "\(script.name.value) may run for \(Lowering.seconds(script.timeout)) s and is started each \(Lowering.seconds(script.interval)) s: a run that hangs keeps the next ones from starting",
        at: timeout,
        notes: [
          (interval == nil ? "the interval is 1 s unless written" : "the interval is written here", interval)
        ],
        suggestion: "write a timeout of at most the interval, or a longer interval")
    }
  }
}

extension Lowering {
  /// A length of time in seconds, as people write it.
  static func seconds(_ length: Nanoseconds) -> String { shown(Int(length.rawValue / 1000)) }
}
