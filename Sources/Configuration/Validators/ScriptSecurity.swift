import ConfigurationSyntax

/// Without `enable_script_security` a script that others can write is run as root.
enum ScriptSecurity: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    guard !lowering.global.scriptSecurity, let first = lowering.firstCommand else { return }
    lowering.diagnostics.report(
      .warning, "script-security", "scripts are run without enable_script_security", at: first,
      suggestion: "write enable_script_security and script_user NAME in global_defs")
  }
}
