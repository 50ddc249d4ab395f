import ConfigurationSyntax
import HealthCore
import NetworkTypes

/// A verdict must not be too old before the next result can be there.
enum VerdictExpiries: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for script in lowering.scripts.readings {
      check(script, script.steadiness.expiry, script.interval, script.timeout, lowering)
    }
    for probe in lowering.probes.readings where probe.notes.members.isEmpty {
      check(probe, probe.steadiness.expiry, probe.interval, probe.timeout, lowering)
    }
  }

  private static func check<Model>(
    _ check: BlockReading<Model>, _ expiry: VerdictExpiry?, _ interval: Nanoseconds, _ timeout: Nanoseconds,
    _ lowering: Lowering
  ) {
    guard let expiry, let line = check.places.line(of: "verdict_expiry") else { return }
    let timeout = check.places["timeout"] == nil ? interval : timeout
    let least = interval + timeout
    guard expiry.time < least else { return }
    lowering.diagnostics.report(
      .warning, "short-expiry",
      "the verdict of \(check.name.value) is stale after \(Lowering.seconds(expiry.time)) s, and a run that is late comes to a result after \(Lowering.seconds(least)) s",
      at: line, suggestion: "write at least interval and timeout together, \(Lowering.seconds(least))")
  }
}
