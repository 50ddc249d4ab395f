import ConfigurationSyntax

/// A tracked script must exist; keepalived also wants it written before its use.
enum TrackedScriptNames: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for entry in lowering.instances.flatMap(\.trackedScripts) + lowering.groups.flatMap(\.trackedScripts) {
      guard let script = lowering.script(named: entry.name.value) else {
        reportUnknown(entry, lowering)
        continue
      }
      guard script.name.span.file == entry.name.span.file, script.name.span.line > entry.name.span.line else {
        continue
      }
      lowering.diagnostics.report(
        .warning, "script-after-use",
        "vrrp_script \(entry.name.value) stands after its use; keepalived would not track it, martlet does",
        at: entry.name.span, notes: [("it is defined here", script.name.span)],
        suggestion: "move the vrrp_script block to the front")
    }
  }

  private static func reportUnknown(_ entry: TrackEntry, _ lowering: Lowering) {
    let nearest = Spelling.nearest(to: entry.name.value, in: lowering.scripts.map(\.name.value))
    lowering.diagnostics.report(
      .error, "unknown-script", "there is no vrrp_script \(entry.name.value), so nothing would be checked",
      at: entry.name.span,
      suggestion: nearest.map { "did you mean \($0)?" }
        ?? "write vrrp_script \(entry.name.value) { script \"COMMAND\" }",
      replacement: nearest)
  }
}
