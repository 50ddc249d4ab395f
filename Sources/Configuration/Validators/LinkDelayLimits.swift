import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A link's fault must be noticed before the other hosts give the master up.
enum LinkDelayLimits: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    guard !lowering.linkDelays.isEmpty else { return }
    for draft in lowering.instances {
      guard let interface = draft.ownInterface, var delay = lowering.linkDelays[interface.value],
        let span = lowering.linkDelaySpans[interface.value]
      else { continue }
      let adverts = draft.core.downTimerAdverts - 1
      let limit = Nanoseconds.milliseconds(Int64(draft.core.interval.rawValue) * 10 * Int64(max(0, adverts)))
      guard delay.down > limit || delay.up > limit else { continue }
      let shown = Lowering.shown(Int(limit.rawValue / 1000))
      lowering.diagnostics.report(
        .warning, "link-delay",
        "a delay of \(interface.value) is longer than \(adverts) adverts of \(draft.name.value); it counts as \(shown) s",
        at: span, notes: [("\(draft.name.value) uses the interface here", interface.span)],
        suggestion: "write at most \(shown)")
      delay.down = min(delay.down, limit)
      delay.up = min(delay.up, limit)
      lowering.linkDelays[interface.value] = delay
    }
  }
}
