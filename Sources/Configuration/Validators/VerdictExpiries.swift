import ConfigurationSyntax
import HealthCore
import NetworkTypes

/// A verdict must not be too old before the next result can be there.
enum VerdictExpiries: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for script in lowering.scripts {
      let interval = script.interval?.value ?? .seconds(1)
      check(script.steadiness, script.name.value, interval, script.timeout?.value ?? interval, lowering)
    }
    for probe in lowering.probes where probe.members.isEmpty {
      let interval = probe.interval?.value ?? .seconds(1)
      check(probe.steadiness, probe.name.value, interval, probe.timeout?.value ?? interval, lowering)
    }
  }

  private static func check(
    _ draft: SteadinessDraft, _ name: String, _ interval: Nanoseconds, _ timeout: Nanoseconds, _ lowering: Lowering
  ) {
    guard let expiry = draft.steadiness.expiry, let span = draft.expirySpan else { return }
    let least = interval + timeout
    guard expiry.time < least else { return }
    lowering.diagnostics.report(
      .warning, "short-expiry",
      "the verdict of \(name) is stale after \(Lowering.seconds(expiry.time)) s, and a run that is late comes to a result after \(Lowering.seconds(least)) s",
      at: span, suggestion: "write at least interval and timeout together, \(Lowering.seconds(least))")
  }
}
