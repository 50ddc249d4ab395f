import ConfigurationSyntax

/// A check without a script is no check.
enum RequiredScript: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for script in lowering.scripts.readings where script.places["script"] == nil {
      lowering.diagnostics.report(
        .warning, "missing-script",
        "vrrp_script \(script.name.value) has no script; it is left out, and what tracks it does without",
        at: script.name.span, suggestion: "write script \"COMMAND\"")
    }
    // It keeps its name among the checks, so that its users are not told a second time.
  }
}
