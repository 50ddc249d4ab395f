import ConfigurationSyntax

/// A check that nothing tracks is run for nothing.
enum UnusedScripts: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var used: Set<String> = []
    for entries in lowering.instances.map(\.notes.tracked.list) + lowering.groups.map(\.notes.tracked.list) {
      used.formUnion(entries.filter { $0.kind == .script }.map(\.name.value))
    }
    // It is told already why these have no effect.
    used.formUnion(lowering.instances.flatMap(\.notes.scriptsWithoutEffect))
    for probe in lowering.probes.readings {
      used.formUnion(probe.notes.members.filter { $0.value.kind == .script }.map(\.value.name))
    }
    for script in lowering.scripts.readings where script.places["script"] != nil && !used.contains(script.name.value) {
      lowering.diagnostics.report(
        .warning, "unused-script",
        "nothing tracks vrrp_script \(script.name.value): martlet runs it and nothing comes of it, keepalived does not run it",
        at: script.name.span,
        suggestion: "write track_script { \(script.name.value) } where it shall count, or take it out")
    }
  }
}
