import ConfigurationSyntax
import NetworkTypes

/// A probe asks something, and has time for the answer.
enum ProbeQuestions: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for probe in lowering.probes.readings {
      if probe.notes.kind == nil {
        lowering.diagnostics.report(
          .error, "missing-probe", "vrrp_probe \(probe.name.value) asks nothing", at: probe.name.span,
          suggestion: "write tcp 127.0.0.1:8080, or another kind, in the block")
      }
      if let timeout = probe.places["timeout"], probe.places["interval"] != nil, probe.timeout > probe.interval * 100 {
        lowering.diagnostics.report(
          .warning, "long-timeout",
          "a run that hangs keeps \(probe.name.value) from asking again for more than 100 intervals", at: timeout,
          suggestion: "write a shorter timeout")
      }
    }
  }
}
